import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import {
  fitted,
  freeName,
  isUnproved,
  mayWiden,
  MOST_FURTHER_SUBJECTS,
} from '../../src/domain/further.ts';
import { nameSchema } from '../../src/domain/primitives.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { FREEZE, furtherFreeze, HAPPENS, incidentAfter } from '../support/incidents.ts';
import { CLAIMED } from '../support/attestations.ts';

const { widened } = HAPPENS;
/** About something on host-1. */
const onHost1 = (plan: Partial<Plan>, ...events: IncidentEvent[]) => ({
  ...incidentAfter(plan, ...events),
  subject: { host: 'host-1', agent: 'a' },
});

describe('an incident may take a further subject', () => {
  it('on any host, where no proof of one is required', () => {
    expect(mayWiden(onHost1({}), { subject: { host: 'host-2' } })).toBe(null);
    expect(mayWiden(onHost1({}), { subject: {} })).toBe(null);
  });

  it('on its own host, where a proof is required', () => {
    const incident = onHost1({ require_reattest: true });
    expect(mayWiden(incident, { subject: { host: 'host-1', agent: 'b' } })).toBe(null);
  });
});

describe('an incident takes no further subject', () => {
  it.each([
    ['once it is resolved', onHost1({}, HAPPENS.resolved), { host: 'host-1' }, 'resolved'],
    ['that is its own', onHost1({}), { agent: 'a', host: 'host-1' }, 'known_subject'],
    [
      'that it has already',
      onHost1({}, widened({ host: 'host-2' })),
      { host: 'host-2' },
      'known_subject',
    ],
    [
      'on another host, where a host must prove itself',
      onHost1({ require_reattest: true }),
      { host: 'host-2' },
      'host_to_be_proved',
    ],
    [
      'on a host without a name, where a host must prove itself',
      onHost1({ require_reattest: true }),
      { agent: 'b' },
      'host_to_be_proved',
    ],
    [
      'beyond the most',
      onHost1(
        {},
        ...Array.from({ length: MOST_FURTHER_SUBJECTS }, (_, i) => widened({ host: `other-${i}` })),
      ),
      { host: 'host-2' },
      'too_many_subjects',
    ],
  ])('%s', (_when, incident, subject, refused) => {
    expect(mayWiden(incident, { subject })).toBe(refused);
  });
});

describe('an action on a host that has not proved itself', () => {
  const attested = {
    type: 'attestation',
    by: 'ada',
    ...CLAIMED,
    host: 'host-1',
    binding: 'b'.repeat(64),
  } as const;
  const proved = onHost1({ require_reattest: true }, HAPPENS.inForce(), attested);

  it('is one on another host than the one that has', () => {
    expect(isUnproved(proved, furtherFreeze({ host: 'host-2' }))).toBe(true);
    expect(isUnproved(proved, furtherFreeze({ agent: 'b' }))).toBe(true);
    expect(isUnproved(proved, furtherFreeze({ host: 'host-1', agent: 'b' }))).toBe(false);
    expect(isUnproved(proved, FREEZE)).toBe(false);
  });

  it('is none on the host that the proof names, where the report named none', () => {
    const unnamed = { ...proved, subject: { agent: 'a' } };
    expect(isUnproved(unnamed, furtherFreeze({ host: 'host-1' }))).toBe(false);
    expect(isUnproved(unnamed, furtherFreeze({ agent: 'b' }))).toBe(false);
    expect(isUnproved(unnamed, furtherFreeze({ host: 'host-2' }))).toBe(true);
  });

  it('is none where no proof is required', () => {
    expect(isUnproved(onHost1({}), furtherFreeze({ host: 'host-2' }))).toBe(false);
  });
});

describe('a widening, fitted to its incident,', () => {
  const subject = { host: 'host-2' };
  const [second, third] = [furtherFreeze(subject), furtherFreeze({ host: 'host-3' })];

  it('stays as it is where nothing stands in its way', () => {
    const widening = { subject, actions: [second] };
    expect(fitted(widening, [FREEZE])).toEqual(widening);
  });

  it('loses what the incident holds by now', () => {
    expect(fitted({ subject, actions: [second] }, [FREEZE, second]).actions).toEqual([]);
    expect(fitted({ subject, actions: [second, second] }, []).actions).toEqual([second]);
  });

  it('gets other names where another took them meanwhile', () => {
    const existing = [FREEZE, { ...third, action: second.action }];
    expect(fitted({ subject, actions: [second] }, existing).actions).toEqual([
      { ...second, action: 'freeze_agent_3' },
    ]);
  });
});

describe('a free name', () => {
  it('is a name, however long the one that it is made of', () => {
    const longest = 'a'.repeat(64);
    const taken = new Set([longest]);
    for (let n = 0; n < 120; n += 1) {
      const name = freeName(longest, taken);
      expect(nameSchema.parse(name)).toHaveLength(64);
      expect(taken.has(name)).toBe(false);
      taken.add(name);
    }
  });
});
