import type { IssuedChallenge } from '../../src/domain/attestations.ts';
import { AT_MS, incidentId } from './admissions.ts';

/** How long a challenge of the tests can be answered. */
export const ANSWER_WITHIN_MS = 60_000;

/** As many as a test may issue where it is not about the limit. */
export const NO_LIMIT = { most: 1_000, since_ms: 0 };

/** A challenge to host-3; unless wished otherwise to prove itself again, for the first incident, issued now. */
export function challenge(number: number, wishes: Partial<IssuedChallenge> = {}): IssuedChallenge {
  const issued_ms = wishes.issued_ms ?? AT_MS;
  return {
    nonce: number.toString(16).padStart(64, '0'),
    purpose: 'reattest',
    incident_id: incidentId(1),
    host: 'host-3',
    salt: 'b'.repeat(64),
    binding: 'c'.repeat(64),
    policy_digest: 'a'.repeat(64),
    issued_ms,
    expires_ms: issued_ms + ANSWER_WITHIN_MS,
    ...wishes,
  };
}
