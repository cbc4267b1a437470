import { describe, expect, it } from 'vitest';
import { REDACTIONS } from '../../src/domain/redaction.ts';
import { replayBundle } from '../../src/evidence/replay.ts';
import { later } from '../support/incidents.ts';
import { bundled, readBundled, STORY, told } from './told.ts';

const { id } = told().incident;

describe('the replay of a bundle', () => {
  it('tells who decided what, and what became of the incident by it', () => {
    const replay = replayBundle(readBundled(bundled()));
    expect(replay).toMatchObject({ valid: true, incidents: [{ incident_id: id, record: 'same' }] });
    const steps = replay.valid ? replay.steps : [];
    expect(steps.map(({ entry, state }) => [entry.type, entry.actor, state])).toEqual([
      ['reported', 'agent', 'open'],
      ['action', 'cordon', 'open'],
      ['captured', 'cordon', 'open'],
      ['contained', 'cordon', 'contained'],
      ['acknowledged', 'ada.lovelace', 'contained'],
      ['attestation', 'ada.lovelace', 'contained'],
      ['resolved', 'grace.hopper', 'resolved'],
      ['released', 'cordon', 'resolved'],
    ]);
  });

  it('comes to the same in a redacted one', () => {
    expect(replayBundle(readBundled(bundled({ redaction: REDACTIONS.full })))).toMatchObject({
      valid: true,
      incidents: [{ record: 'same' }],
    });
  });

  it('allows for what happened while it was exported', () => {
    const { incident } = told(STORY.slice(0, -2));
    const bundle = readBundled(bundled({ incidents: [incident] }));
    expect(replayBundle(bundle)).toMatchObject({ valid: true, incidents: [{ record: 'ahead' }] });
  });

  it('compares nothing where entries were left out', () => {
    const scope = { subject: {}, categories: [], from: later(2) };
    const replay = replayBundle(readBundled(bundled({ scope })));
    expect(replay).toMatchObject({ valid: true, incidents: [{ record: 'entries_left_out' }] });
    expect(replay.valid && replay.steps[0]?.state).toBeNull();
  });

  it('compares nothing past an event that this version does not know', () => {
    const { entries } = told();
    const withAnother = entries.map((e, i) => (i === 3 ? { ...e, type: 'cloned' } : e));
    expect(replayBundle(readBundled(bundled({ entries: withAnother })))).toMatchObject({
      valid: true,
      incidents: [{ record: 'unknown_event' }],
    });
  });
});

describe('the replay of a bundle is refused', () => {
  it.each([
    ['another state', { state: 'closed' as const }, 'state'],
    ['another person', { acked_by: 'mallory' }, 'acked_by'],
    ['another action', { containment_actions: [] }, 'containment_actions'],
    ['another binding', { binding: 'c'.repeat(64) }, 'binding'],
  ])('where the record has %s, which it names', (_what, change, member) => {
    const incident = { ...told().incident, ...change };
    const replay = replayBundle(readBundled(bundled({ incidents: [incident] })));
    expect(replay).toMatchObject({ valid: false, reason: 'replay_differs', incident_id: id });
    expect(replay.valid || replay.detail).toMatch(new RegExp(`another ${member}$`));
  });

  it('where a redacted record has another state', () => {
    const incident = { ...told().incident, state: 'closed' as const };
    const bytes = bundled({ incidents: [incident], redaction: REDACTIONS.full });
    expect(replayBundle(readBundled(bytes))).toMatchObject({ valid: false });
  });

  it('where an incident is in it that no entry reports', () => {
    const incident = { ...told().incident, id: 'INC-20260102-030405-000000ff' };
    const bundle = readBundled(bundled());
    expect(replayBundle({ ...bundle, incidents: [incident] })).toMatchObject({
      valid: false,
      detail: 'no entry in the bundle reports it',
    });
  });
});
