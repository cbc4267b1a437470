import type { Webhook } from '../../domain/policy.ts';
import { followOnce, letGo, type FollowDeps, type Step } from './follow-ledger.ts';
import { statusAfter, type NotifierLog, type WebhookStatus } from './webhook-status.ts';

/** How late a notification may be when nothing is wrong. */
export const POLL_MS = 1_000;
/** Pauses after a failure: doubled from the first to the longest. */
const FIRST_WAIT_MS = 1_000;
export const LONGEST_WAIT_MS = 60_000;

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export type Sleep = (ms: number, stopping: AbortSignal) => Promise<void>;

export interface WebhookLoopDeps {
  follow: FollowDeps;
  /** The webhook as the running policy has it now; undefined once it has it no more. */
  find: () => Webhook | undefined;
  show: (status: WebhookStatus) => void;
  sleep: Sleep;
  stopping: AbortSignal;
  log: NotifierLog;
}

/** Follows the ledger for one webhook until it is stopped or the policy drops it. Never rejects. */
export async function followWebhook(deps: WebhookLoopDeps, name: string): Promise<void> {
  const { follow, find, show, sleep, stopping, log } = deps;
  let status: WebhookStatus = { name, reached: 0, failing_since: '', last_error: '' };
  let failures = 0;
  let webhook = find();
  while (webhook !== undefined && !stopping.aborted) {
    const step = await attempt(follow, webhook);
    if (stopping.aborted) break;
    status = statusAfter(status, step, follow.now(), log);
    show(status);
    failures = step.result === 'failed' ? failures + 1 : 0;
    const wait = waitAfter(step, failures);
    if (wait > 0) await sleep(wait, stopping);
    webhook = find();
  }
  await letGo(follow, name).catch((error: unknown) =>
    log.warn({ webhook: name, err: error }, 'the lease of the webhook runs on until its end'),
  );
}

/** Whatever fails, a ledger that cannot be read included, is tried again. */
async function attempt(follow: FollowDeps, webhook: Webhook): Promise<Step> {
  try {
    return await followOnce(follow, webhook);
  } catch (cause) {
    return { result: 'failed', error: cause instanceof Error ? cause.message : String(cause) };
  }
}

function waitAfter({ result }: Step, failures: number): number {
  if (result === 'advanced') return 0;
  if (result === 'failed') return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  return POLL_MS;
}
