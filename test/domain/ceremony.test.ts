import { describe, expect, it } from 'vitest';
import { COMMANDS, recoveryComplete, refusal } from '../../src/domain/ceremony.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { HAPPENS, incidentAfter, later, LATCHED } from '../support/incidents.ts';

const { acknowledged, attested, closed, contained, inForce, resolved } = HAPPENS;
const CONTAINED = [inForce(), contained];
const PROVEN = [...CONTAINED, acknowledged, attested(true)];
const ACK_ONLY: Partial<Plan> = { ...LATCHED, require_reattest: false };

const NOW = Date.parse(later(60));

const OK = null;
const NEEDS_ACK = 'acknowledgement_required';
const NEEDS_PROOF = 'reattestation_required';
const NOT_YET = 'not_resolved';
const DONE = 'already_resolved';
const OVER = 'already_closed';
const NO_NEED = 'not_required';

/** Plan, what has happened, and the answer to acknowledge, reattest, resolve and close. */
const GATE: [string, Partial<Plan>, IncidentEvent[], (string | null)[]][] = [
  ['latched, open', LATCHED, [], [OK, OK, NEEDS_ACK, NOT_YET]],
  ['latched, contained', LATCHED, CONTAINED, [OK, OK, NEEDS_ACK, NOT_YET]],
  ['acknowledged', LATCHED, [...CONTAINED, acknowledged], [OK, OK, NEEDS_PROOF, NOT_YET]],
  ['attested first', LATCHED, [...CONTAINED, attested(true)], [OK, OK, NEEDS_ACK, NOT_YET]],
  ['proven', LATCHED, PROVEN, [OK, OK, OK, NOT_YET]],
  ['then doubted', LATCHED, [...PROVEN, attested(false)], [OK, OK, NEEDS_PROOF, NOT_YET]],
  ['resolved', LATCHED, [...PROVEN, resolved], [DONE, DONE, OK, OK]],
  ['closed', LATCHED, [...PROVEN, resolved, closed], [OVER, OVER, OVER, OK]],
  ['latched without proof, contained', ACK_ONLY, CONTAINED, [OK, NO_NEED, NEEDS_ACK, NOT_YET]],
  ['and acknowledged', ACK_ONLY, [...CONTAINED, acknowledged], [OK, NO_NEED, OK, NOT_YET]],
  ['free, open', {}, [], [OK, NO_NEED, OK, NOT_YET]],
  ['free, contained', {}, CONTAINED, [OK, NO_NEED, OK, NOT_YET]],
];

describe('refusal', () => {
  it.each(GATE)('of %s', (_name, plan, events, answers) => {
    const incident = incidentAfter(plan, ...events);
    const given = COMMANDS.map((command) => refusal(incident, command, NOW)?.code ?? OK);
    expect(given).toEqual(answers);
    expect(recoveryComplete(incident)).toBe(![NEEDS_ACK, NEEDS_PROOF].includes(answers[2] ?? ''));
  });

  it('says why the host was not believed', () => {
    const incident = incidentAfter(LATCHED, ...CONTAINED, acknowledged, attested(false));
    expect(refusal(incident, 'resolve', NOW)?.message).toContain('(not_trusted)');
  });

  it('takes no proof that has expired, whether or not that has been told yet', () => {
    const proof = { ...attested(true), expires_at: later(60) };
    const incident = incidentAfter(LATCHED, ...CONTAINED, acknowledged, proof);
    expect(refusal(incident, 'resolve', NOW - 1)).toBeNull();
    expect(refusal(incident, 'resolve', NOW)).toMatchObject({
      code: NEEDS_PROOF,
      message: expect.stringContaining('(expired)'),
    });
    const told = incidentAfter(LATCHED, ...CONTAINED, acknowledged, proof, {
      type: 'attestation_expired',
      expired_at: later(60),
    });
    expect(refusal(told, 'resolve', 0)?.code).toBe(NEEDS_PROOF);
    expect(recoveryComplete(told)).toBe(false);
  });
});
