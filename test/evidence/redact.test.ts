import { describe, expect, it } from 'vitest';
import type { IncidentEvent, RecordedEvent } from '../../src/domain/events.ts';
import { apply, open } from '../../src/domain/incident.ts';
import type { IncidentBundle } from '../../src/domain/incident-bundle.ts';
import { type Redaction, REDACTIONS, REDACTION_FLAGS } from '../../src/domain/redaction.ts';
import { verifyBundle } from '../../src/evidence/bundle.ts';
import { keyedPseudonyms } from '../../src/evidence/pseudonyms.ts';
import { redact } from '../../src/evidence/redact.ts';
import { later, reported } from '../support/incidents.ts';
import { createCanaries, randomOf } from './random-incident.ts';
import { ARTIFACT, bundled, entriesOf, readBundled, told } from './told.ts';

const FULL = { redaction: REDACTIONS.full };

function flagged(flags: Partial<Redaction>): { redaction: Redaction } {
  return { redaction: { ...REDACTIONS.none, ...flags } };
}

/** Everything in the file that can be read, base64 decoded. */
function readable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  const { covered, statement }: IncidentBundle = JSON.parse(text);
  const decoded = [covered, statement.payload].map((part) =>
    Buffer.from(part, 'base64').toString(),
  );
  return [text, ...decoded].join('\n');
}

describe('full redaction', () => {
  const bundle = readBundled(bundled(FULL));
  const [incident] = bundle.incidents;

  it('keeps what was decided and when', () => {
    expect(incident).toMatchObject({
      class: 'prompt_injection',
      severity: 'critical',
      state: 'resolved',
      acked_at: later(4),
      containment_actions: [{ action: 'freeze_agent', status: 'released' }],
    });
  });

  it('gives one name one pseudonym, wherever it stands', () => {
    const { exported_by, audit_entries } = bundle;
    expect(exported_by).toMatch(/^anon-[0-9a-f]{16}$/);
    expect(incident).toMatchObject({
      acked_by: exported_by,
      subject: { operator: exported_by },
    });
    expect(audit_entries[4]).toMatchObject({ actor: exported_by, body: { by: exported_by } });
    expect(incident?.['resolved_by']).not.toBe(exported_by);
  });

  it('gives it another in another bundle', () => {
    const other = bundled({ ...FULL, pseudonymKey: new Uint8Array(32).fill(8) });
    expect(readBundled(other).exported_by).not.toBe(bundle.exported_by);
  });

  it('leaves the place and the hashes of every entry', () => {
    const place = ({ seq, prev_hash, hash }: { seq: number; prev_hash: string; hash: string }) => {
      return { seq, prev_hash, hash };
    };
    expect(bundle.audit_entries.map(place)).toEqual(told().entries.map(place));
  });

  it('says where something was removed', () => {
    expect(bundle.audit_entries[2]).toMatchObject({
      redacted: true,
      body: { gaps: [{ reason: '[removed]' }] },
      removed: ['/gaps/0/reason'],
    });
  });

  it('puts a keyed digest in the place of one that could be guessed', () => {
    const { incident: raw } = told();
    const found = readable(bundled(FULL));
    for (const digest of [raw.binding, ARTIFACT.sha256]) expect(found).not.toContain(digest);
    expect(incident).toMatchObject({
      artifacts: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
  });

  it('keeps neither an event nor a member nor a reason that it does not know', () => {
    const { incident: known, entries } = told();
    const [first, second] = entries;
    if (first === undefined || second === undefined) throw new Error('no entries');
    const strange = [
      { ...first, body: { ...first.body, nickname: 'canary-1' } },
      { ...second, type: 'canary-2', body: { canary: 'canary-3' } },
    ];
    const bytes = bundled({
      ...FULL,
      incidents: [{ ...known, severity: 'canary-4' as 'high', attestation_refused: 'canary-5' }],
      entries: strange,
    });
    expect(readable(bytes)).not.toContain('canary');
    expect(readBundled(bytes).audit_entries).toMatchObject([
      { removed: expect.arrayContaining(['/*']) },
      { type: '[removed]', body: {}, removed: ['/*'] },
    ]);
  });

  it('lets a report say again what is public anyway', async () => {
    const evidence = { class: 'prompt_injection', severity: 'critical', at: later(0), n: 60_000 };
    const { incident: known, entries } = told([], { evidence });
    expect(await verifyBundle(bundled({ ...FULL, incidents: [known], entries }))).toMatchObject({
      valid: true,
    });
  });
});

describe('a redaction that leaves a trace', () => {
  it('gives nothing out: a name that is still in a text', () => {
    const { incident, entries } = told([], { description: 'ask ada.lovelace about it' });
    const give = () => bundled({ ...flagged({ names: true }), incidents: [incident], entries });
    expect(give).toThrow(expect.objectContaining({ code: 'redaction_leak' }));
    try {
      give();
    } catch (error) {
      expect(String(error)).not.toContain('ada');
    }
  });

  it('gives nothing out: a fingerprint that stands under another name as well', () => {
    const evidence = { command_hash: 'c0ffee', seen: ['c0ffee'] };
    const { incident, entries } = told([], { evidence });
    expect(() =>
      bundled({ ...flagged({ command_hash: true }), incidents: [incident], entries }),
    ).toThrow(expect.objectContaining({ code: 'redaction_leak' }));
  });
});

describe('each flag', () => {
  it('of a fingerprint takes the members of that name, at any depth, and nothing else', () => {
    const evidence = { command_hash: 'one', calls: [{ command_hash: 'two', name_hash: 'three' }] };
    const { incident, entries } = told([], { evidence });
    const bytes = bundled({ ...flagged({ command_hash: true }), incidents: [incident], entries });
    expect(readBundled(bytes).incidents[0]).toMatchObject({
      evidence: {
        command_hash: '[removed]',
        calls: [{ command_hash: '[removed]', name_hash: 'three' }],
      },
      description: incident.description,
    });
  });
});

/** Many enough that every event and every flag comes up often. */
const ROUNDS = 150;

describe.each(Array.from({ length: ROUNDS }, (_, seed) => [seed]))('random incident %i', (seed) => {
  const random = randomOf(seed);
  const planted = createCanaries(random);
  const opening = reported();
  const event = { ...opening.event, description: 'x', evidence: planted.evidence() };
  const events: IncidentEvent[] = Array.from({ length: 6 }, () => planted.event());
  const recorded: RecordedEvent[] = events.map((e, i) => {
    return { key: `k${i}`, at: later(i + 1), actor: 'cordon', event: e };
  });
  const incident = recorded.reduce(apply, open({ ...opening, event }));
  const entries = entriesOf(incident.id, [{ ...opening, event }, ...recorded]);
  const source = { incidents: [incident], entries };

  it('has no canary left under full redaction, and verifies', async () => {
    const bytes = bundled({ ...FULL, ...source });
    const found = readable(bytes);
    expect(planted.canaries.length).toBeGreaterThan(0);
    expect(planted.canaries.filter((c) => found.includes(JSON.stringify(c).slice(1, -1)))).toEqual(
      [],
    );
    expect(await verifyBundle(bytes)).toMatchObject({ valid: true });
  });

  it('has none left of what random flags take, or is not given out', () => {
    const redaction = { ...REDACTIONS.none };
    for (const flag of REDACTION_FLAGS) redaction[flag] = random() < 0.5;
    const raw = {
      exported_by: 'ada',
      policy_digest: 'a'.repeat(64),
      asked: { subject: {}, categories: [] },
    };
    const { content, taken } = redact(
      { ...raw, incidents: source.incidents, audit_entries: entries },
      redaction,
      keyedPseudonyms(new Uint8Array(32)),
    );
    const left = JSON.stringify(content);
    const removed = planted.canaries.filter((canary) => taken.has(canary));
    expect(removed.filter((c) => left.includes(JSON.stringify(c).slice(1, -1)))).toEqual([]);
  });
});
