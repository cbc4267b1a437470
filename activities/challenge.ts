import type {
  ChallengePurpose,
  ConsumedChallenge,
  IssuedChallenge,
} from '../src/domain/attestations.ts';
import { challengeNonce } from '../src/evidence/challenge.ts';
import type { ActivityDeps } from './deps.ts';

/** Longer than any honest answer takes, an attestor's 35 seconds included. */
const CHALLENGE_EXPIRY_MS = 60_000;

/** What a challenge is for. It fits nothing else, because its nonce is made of this. */
export interface Occasion {
  purpose: ChallengePurpose;
  incident_id: string;
  host: string;
  binding: string;
}

/** A challenge that was put to a host, what came back, and how the store then knew it: null where it did not. */
export interface Answered<T> {
  issued: IssuedChallenge;
  answer: T;
  consumed: ConsumedChallenge | null;
}

/**
 * Puts one fresh nonce to a host, and uses it up whatever comes of it. Null, and nothing is asked, where the incident
 * has had its attempts.
 */
export async function challenge<T>(
  deps: Pick<ActivityDeps, 'ledger' | 'policy' | 'random' | 'now'>,
  occasion: Occasion,
  ask: (nonce: string) => Promise<T>,
): Promise<Answered<T> | null> {
  const { attestations } = deps.ledger;
  const { attempts } = deps.policy().attestation;
  const issued = issue(deps, occasion);
  const limit = { most: attempts.most, since_ms: issued.issued_ms - attempts.window };
  if (!(await attestations.issue(issued, limit))) return null;
  try {
    const answer = await ask(issued.nonce);
    return { issued, answer, consumed: await attestations.consume(issued.nonce, deps.now()) };
  } catch (error) {
    await attestations.consume(issued.nonce, deps.now());
    throw error;
  }
}

function issue(
  { policy, random, now }: Pick<ActivityDeps, 'policy' | 'random' | 'now'>,
  occasion: Occasion,
): IssuedChallenge {
  const salt = Buffer.from(random()).toString('hex');
  const parts = { ...occasion, salt, policy_digest: policy().digest };
  const issued_ms = now();
  const expires_ms = issued_ms + CHALLENGE_EXPIRY_MS;
  return { nonce: challengeNonce(parts), ...parts, issued_ms, expires_ms };
}
