import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alert, SplitDocument } from '../../src/domain/alert.ts';
import type { Pending } from '../../src/domain/ledger.ts';
import { detectorRulesSchema } from '../../src/domain/detector-rules.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import type { Delivery } from '../../src/intake/alert-intake.ts';
import { matchAlert } from '../../src/intake/mapping/match-alert.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { createShifts } from '../../src/intake/shifts.ts';
import { createAlertIntake } from '../../src/intake/take-alerts.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { NOW } from './scratch.ts';

const SHIPPED = await loadPolicy({
  containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
});

const FALCO: Principal = {
  name: 'falco',
  kind: 'reporter',
  roles: ['report'],
  source: 'falco',
  classes: ['unauthorized_access', 'tool_call_burst'],
  formats: [],
  token_hash: 'a'.repeat(64),
  created_at: '2026-01-01T00:00:00.000Z',
  revoked_at: '',
};

const RULES = detectorRulesSchema.parse({
  version: 1,
  format: 'falco',
  rules: [
    {
      name: 'shell',
      when: "alert.rule == 'shell'",
      class: 'tool_call_burst',
      subject: { host: 'alert.host' },
      evidence: { rule: 'alert.rule' },
    },
    {
      name: 'shell_anywhere',
      when: "alert.rule == 'shells'",
      class: 'tool_call_burst',
      subject: { agent: 'alert.host' },
      fan_in: true,
    },
    { name: 'not_ours', when: "alert.rule == 'model'", class: 'manifest_mismatch' },
  ],
});

const finding = (id: number, facts: Alert['facts'] = {}): Alert => ({
  kind: 'finding',
  identity: [String(id)],
  occurred_at: '',
  title: 'a shell',
  facts: { rule: 'shell', host: 'web-1', ...facts },
});

const sent = (text = 'bytes'): Delivery => {
  const bytes = new TextEncoder().encode(text);
  return { bytes, sha256: sha256Hex(bytes), headers: {} };
};

const document = (alerts: Alert[], refused: SplitDocument['refused'] = []): SplitDocument => ({
  ...{ alerts, refused, disagreements: [] },
});

/** An intake on a ledger of its own, and what it hands on. */
async function desk() {
  const ledger = await freshLedger(SQLITE);
  const offered: Pending[] = [];
  const fired: string[] = [];
  let policy: Policy = SHIPPED;
  let drawn = 0;
  const intake = createAlertIntake({
    ledger,
    policy: () => policy,
    match: (_policy, _format, alert) => matchAlert(RULES, alert),
    dispatcher: { offer: (pending) => void offered.push(pending) },
    shifts: createShifts(() => false),
    reflex: { fire: ({ id }) => void fired.push(id) },
    owner: 'this-server',
    random: (size) => new Uint8Array(size).fill((drawn += 1)),
    now: () => NOW,
  });
  const take = async (alerts: Alert[], by = FALCO) =>
    (await intake.take(by, sent(), 'falco', document(alerts))).alerts;
  return { ledger, offered, fired, intake, take, putInForce: (p: Policy) => void (policy = p) };
}

describe('an alert that a rule is about', () => {
  it('is an incident with the plan of its class, contained like one that was reported', async () => {
    const { ledger, take, offered, fired } = await desk();
    const [alert] = await take([finding(1)]);
    expect(alert).toMatchObject({ outcome: 'incident', rule: 'shell', index: 0 });
    const incident = await ledger.register.incident(alert?.incident_id ?? '');
    expect(incident).toMatchObject({
      class: 'tool_call_burst',
      severity: 'medium',
      source: 'falco',
      subject: { host: 'web-1' },
      evidence: { rule: 'shell' },
      alert: { format: 'falco', rule: 'shell', delivery: sent().sha256, index: 0 },
    });
    expect(offered.map(({ input }) => input.id)).toEqual([incident?.id]);
    expect(fired).toEqual([incident?.id]);
  });

  it('is one of its cause where it says the same of the same subject, and hands nothing on', async () => {
    const { take, offered } = await desk();
    const outcomes = (await take([finding(1), finding(2), finding(3, { host: 'web-2' })])).map(
      ({ outcome }) => outcome,
    );
    expect(outcomes).toEqual(['incident', 'observation', 'incident']);
    expect(offered).toHaveLength(2);
  });

  it('joins those about others where the rule says that it is one fault', async () => {
    const { ledger, take, fired } = await desk();
    const alerts = ['a', 'b'].map((host, at) => finding(at, { rule: 'shells', host }));
    const [first, second] = await take(alerts);
    expect(second).toMatchObject({ outcome: 'observation', incident_id: first?.incident_id });
    expect(fired).toEqual([first?.incident_id, first?.incident_id]);
    expect((await ledger.holds.inForce()).map(({ resource }) => resource)).toContain(
      'freeze_agent@agent#*/b',
    );
    const [, observed] = await ledger.register.timeline(first?.incident_id ?? '');
    expect(observed?.body['widens']).toMatchObject({
      subject: { agent: 'b' },
      actions: [{ on: { action: 'freeze_agent', subject: { agent: 'b' } } }],
    });
  });

  it('is a repeat when it comes again, from whichever sender of its source', async () => {
    const { take } = await desk();
    await take([finding(1)]);
    const replica = { ...FALCO, name: 'falco-2' };
    expect(await take([finding(1)], replica)).toMatchObject([{ outcome: 'repeat' }]);
    const another = { ...FALCO, name: 'hubble', source: 'hubble' };
    expect(await take([finding(1)], another)).not.toMatchObject([{ outcome: 'repeat' }]);
  });

  it('opens nothing where its sender may not report the class', async () => {
    const { ledger, take, offered } = await desk();
    const [alert] = await take([finding(1, { rule: 'model' })]);
    expect(alert).toMatchObject({ outcome: 'refused', incident_id: '' });
    expect(alert?.reason).toMatch(/^class_not_allowed/);
    expect(offered).toEqual([]);
    expect((await ledger.alerts.list({ limit: 9 })).alerts).toHaveLength(1);
  });

  it('is kept, and no incident, where the policy has dropped its class', async () => {
    const { take, putInForce } = await desk();
    const { tool_call_burst: _, ...rules } = SHIPPED.containment.rules;
    putInForce({ ...SHIPPED, containment: { version: 1, rules } });
    expect(await take([finding(1)])).toMatchObject([
      { outcome: 'unmatched', reason: 'unknown_class: tool_call_burst' },
    ]);
  });
});

describe('an alert that no rule is about', () => {
  it('is kept, counted and listed, and opens nothing', async () => {
    const { ledger, take, offered } = await desk();
    const cleared: Alert = { ...finding(2), kind: 'cleared' };
    const health: Alert = { ...finding(3), kind: 'health' };
    const alerts = await take([finding(1, { rule: 'other' }), cleared, health]);
    expect(alerts.map(({ outcome }) => outcome)).toEqual(['unmatched', 'cleared', 'health']);
    expect(offered).toEqual([]);
    expect(await ledger.alerts.counts()).toHaveLength(3);
    expect(await ledger.alerts.delivery(sent().sha256)).not.toBeNull();
  });
});

describe('what a detector says of itself', () => {
  const lossy = (lost: number | null): Alert => ({
    ...finding(1),
    kind: 'health',
    title: 'Falco internal: syscall event drop',
    facts: { health: { event: 'drops', lost } },
  });
  const watching = (): Policy => {
    const { reporters } = SHIPPED.reporters;
    const falco = reporters['falco'];
    if (falco === undefined) throw new Error('no falco');
    const watched = { ...reporters, falco: { ...falco, drops: true } };
    return { ...SHIPPED, reporters: { version: 1, reporters: watched } };
  };

  it('is an incident of its own where it lost something and somebody wants to know', async () => {
    const { ledger, take, putInForce } = await desk();
    putInForce(watching());
    const [alert] = await take([lossy(12)]);
    expect(alert).toMatchObject({ outcome: 'incident', rule: 'drops' });
    const incident = await ledger.register.incident(alert?.incident_id ?? '');
    expect(incident).toMatchObject({ class: 'detector_failure', evidence: { lost: 12 } });
  });

  it('is kept and no more where it lost nothing, does not say, or nobody has asked', async () => {
    const { take, putInForce } = await desk();
    expect(await take([lossy(12)])).toMatchObject([{ outcome: 'health' }]);
    putInForce(watching());
    const quiet = [0, null].map((lost, at) => ({ ...lossy(lost), identity: [`quiet ${at}`] }));
    expect(await take(quiet)).toMatchObject([{ outcome: 'health' }, { outcome: 'health' }]);
  });
});

describe('what cannot be read', () => {
  it('is kept with its reason, beside the alerts of the same document', async () => {
    const { ledger, intake } = await desk();
    const part = { index: 1, reason: 'it has no rule' };
    const receipt = await intake.take(FALCO, sent(), 'falco', document([finding(1)], [part]));
    expect(receipt).toMatchObject({ alerts: [{ outcome: 'incident' }], refused: [part] });
    await intake.keepUnread(FALCO, sent('no json'), 'bad_json');
    const { alerts } = await ledger.alerts.list({ outcome: 'refused', limit: 9 });
    expect(alerts.map(({ reason }) => reason).toSorted()).toEqual(['bad_json', 'it has no rule']);
    expect(await ledger.alerts.delivery(sent('no json').sha256)).not.toBeNull();
  });
});
