import { describe, expect, it } from 'vitest';
import type { Alert, JsonObject } from '../../../src/domain/alert.ts';
import type { Pending } from '../../../src/domain/ledger.ts';
import type { Principal } from '../../../src/domain/principal.ts';
import { matchByPolicy } from '../../../src/intake/mapping/match-by-policy.ts';
import { createShifts } from '../../../src/intake/shifts.ts';
import { createAlertIntake } from '../../../src/intake/take-alerts.ts';
import { freshLedger, SQLITE } from '../../support/ledgers.ts';
import { triagePolicy } from '../../support/triage-policy.ts';
import { NOW } from '../scratch.ts';

const RUNTIME: Principal = {
  ...{ name: 'runtime', kind: 'reporter', roles: ['report'], source: 'extension-runtime' },
  ...{ classes: ['policy_bypass_attempt', 'model_behavior_anomaly'], formats: [] },
  ...{ token_hash: 'a'.repeat(64), created_at: '2026-01-01T00:00:00.000Z', revoked_at: '' },
};

const shipped = await triagePolicy();

const denied = (id: number, seconds = 0, facts: JsonObject = {}): Alert => ({
  kind: 'finding',
  identity: [String(id)],
  occurred_at: new Date(NOW - 600_000 + seconds * 1_000).toISOString(),
  title: `denial ${id}`,
  facts: {
    ...{ category: 'policy_denial', action: 'deny', severity: 'error' },
    ...{ extension_id: 'weather-tools', summary: `denied for the ${id}. time`, ...facts },
  },
});

/** An intake on a ledger of its own, under a policy. */
async function desk(policy = shipped) {
  const ledger = await freshLedger(SQLITE);
  const offered: Pending[] = [];
  let drawn = 0;
  const intake = createAlertIntake({
    ledger,
    policy: () => policy,
    match: matchByPolicy,
    dispatcher: { offer: (pending) => void offered.push(pending) },
    shifts: createShifts(() => false),
    reflex: { fire: () => {} },
    owner: 'this-server',
    random: (size) => new Uint8Array(size).fill((drawn += 1)),
    now: () => NOW,
  });
  const take = async (...alerts: Alert[]) => {
    const delivery = { bytes: new Uint8Array(), sha256: 'b'.repeat(64), headers: {} };
    const document = { alerts, refused: [], disagreements: [] };
    return (await intake.take(RUNTIME, delivery, 'extension_runtime', document)).alerts;
  };
  return { ledger, offered, take };
}

describe('an alert whose rule names a tree', () => {
  it('is logged where the tree says so, and says why', async () => {
    const { ledger, take, offered } = await desk();
    expect(await take(denied(1))).toMatchObject([
      {
        ...{ outcome: 'logged', rule: 'denied', incident_id: '' },
        reason: expect.stringMatching(
          /^P3 by extension_runtime: breach else, .*burst no: a single/,
        ),
      },
    ]);
    expect(offered).toEqual([]);
    const { alerts } = await ledger.alerts.list({ outcome: 'logged', limit: 9 });
    expect(alerts).toMatchObject([{ title: 'denial 1', rule: 'denied' }]);
    expect(await take(denied(1))).toMatchObject([{ outcome: 'repeat', reason: '' }]);
    expect((await ledger.alerts.counts()).map(({ outcome }) => outcome)).toEqual([
      'logged',
      'repeat',
    ]);
  });

  it('is an incident of the class that the tree finds, which shows the way there', async () => {
    const { ledger, take, offered } = await desk();
    const [, , third] = await take(denied(1), denied(2, 20), denied(3, 40));
    expect(third).toMatchObject({ outcome: 'incident', rule: 'denied', reason: '' });
    const incident = await ledger.register.incident(third?.incident_id ?? '');
    expect(incident).toMatchObject({
      ...{ class: 'burst_denial', severity: 'high', subject: { extension: 'weather-tools' } },
      triage: { tree: 'extension_runtime', level: 'P1', playbook: 'burst-denial' },
      observations: { count: 2 },
    });
    expect(incident?.triage?.path.at(-1)).toEqual({ question: 'burst', answer: 'yes' });
    expect(offered.map(({ input }) => input.id)).toEqual([incident?.id]);
  });

  it('is of one cause with what other rules have found by the same tree', async () => {
    const { take } = await desk();
    const command = denied(4, 30, { category: 'exec_mediation' });
    const [, , third] = await take(denied(1), denied(2, 20), command);
    expect(third).toMatchObject({ outcome: 'incident', rule: 'exec_denied' });
    expect(await take(denied(5, 31))).toMatchObject([
      { outcome: 'observation', incident_id: third?.incident_id },
    ]);
  });

  it('does not count with those of another extension, nor of one that is not named', async () => {
    const { take } = await desk();
    const others = ['a', 'b', '', '', ''].map((extension_id, at) =>
      denied(at, at, { extension_id }),
    );
    const outcomes = (await take(...others)).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['logged']));
  });

  it('is quarantined where the action that did it is held for it and in force', async () => {
    const { containment } = shipped;
    const rule = { auto_contain: true, actions: ['quarantine_extension'] };
    const rules = {
      ...containment.rules,
      quarantine_escape: { ...rule, default_severity: 'high' as const },
    };
    const { ledger, take } = await desk({ ...shipped, containment: { ...containment, rules } });
    const escape = denied(1, 0, { category: 'quarantine_escape' });
    const [first] = await take(escape);
    const id = first?.incident_id ?? '';
    expect(await take(denied(2))).toMatchObject([{ outcome: 'logged' }]);
    const measured = { status: 'contained', reason: 'ok', detail: '' } as const;
    const result = { action: 'quarantine_extension', target: 'agent', ...measured };
    const at = new Date(NOW).toISOString();
    await ledger.log.append(id, [
      { key: 'held', at, actor: 'workflow', event: { type: 'action', result } },
    ]);
    const [third] = await take(denied(3));
    const incident = await ledger.register.incident(third?.incident_id ?? '');
    expect(incident?.class).toBe('quarantine_investigation');
    expect(await take(denied(4, 0, { extension_id: 'other' }))).toMatchObject([
      { outcome: 'logged' },
    ]);
  });

  it('is of the class of its rule where there is no rule for what the tree finds', async () => {
    const { burst_denial: _, ...rules } = shipped.containment.rules;
    const { ledger, take } = await desk({ ...shipped, containment: { version: 1, rules } });
    const [, , third] = await take(denied(1), denied(2), denied(3));
    const incident = await ledger.register.incident(third?.incident_id ?? '');
    expect(incident).toMatchObject({ class: 'policy_bypass_attempt', triage: { level: 'P1' } });
    expect(incident?.triage).not.toHaveProperty('playbook');
  });

  it('is what its rule says where there is no such tree', async () => {
    const { ledger, take } = await desk({ ...shipped, triage: { version: 1, trees: {} } });
    const [alert] = await take(denied(1));
    const incident = await ledger.register.incident(alert?.incident_id ?? '');
    expect(incident).toMatchObject({ class: 'policy_bypass_attempt', triage: null });
  });

  it('opens nothing where its sender may not report the class of its rule', async () => {
    const { take } = await desk();
    const breach = denied(1, 0, { category: 'quota_breach' });
    expect(await take(breach)).toMatchObject([
      { outcome: 'refused', reason: expect.stringMatching(/^class_not_allowed/) },
    ]);
  });
});
