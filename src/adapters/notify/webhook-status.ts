import type { Step } from '../follow/follow-once.ts';
import type { FollowLog } from '../follow/keep-following.ts';

/** One webhook as this server sees it. */
export interface WebhookStatus {
  name: string;
  /** The ledger's sequence up to which it was told everything; 0 where this server does not know. */
  reached: number;
  /** Since when the next notification is not accepted; '' while all is well. */
  failing_since: string;
  last_error: string;
}

/** The status after a step. A failure is logged when it begins and when it ends, not at every attempt. */
export function statusAfter(
  status: WebhookStatus,
  step: Step,
  nowMs: number,
  log: FollowLog,
): WebhookStatus {
  const { name, failing_since } = status;
  if (step.result === 'failed') {
    if (failing_since === '') log.warn({ webhook: name, error: step.error }, 'webhook fails');
    const since = failing_since === '' ? new Date(nowMs).toISOString() : failing_since;
    return { ...status, failing_since: since, last_error: step.error };
  }
  const reached = step.result === 'elsewhere' ? 0 : step.seq;
  const accepted = step.result === 'advanced' && failing_since !== '';
  if (accepted) log.info({ webhook: name, failing_since }, 'webhook accepts again');
  return { name, reached, failing_since: '', last_error: '' };
}
