import type { ContainRequest, DestroyRequest } from '../src/domain/activities.ts';
import { isReversible } from '../src/domain/destructive.ts';
import type { ActionOutcome } from '../src/domain/target.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * '' where every step may be taken: none of them destroys evidence, or the evidence verifies now, in the store, or
 * policy has decided to do without. What the workflow was told earlier does not count: it may have been lost since.
 */
export async function doubtsAbout(
  { custodian }: Pick<ActivityDeps, 'custodian'>,
  request: ContainRequest | DestroyRequest,
): Promise<string> {
  if (request.actions.every(isReversible)) return '';
  if (!('evidence' in request)) return 'none was given';
  const { evidence, incident_id } = request;
  if ('without' in evidence) return '';
  if (evidence.receipt.incident_id !== incident_id) return 'it is of another incident';
  return custodian.doubts(evidence.receipt);
}

/** It heals when the evidence is there again. */
export function withoutEvidence(doubts: string): ActionOutcome {
  const detail = `not taken, because its evidence does not verify: ${doubts}`;
  return { status: 'failed', reason: 'no_evidence', detail, retryable: true };
}
