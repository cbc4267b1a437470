import { setTimeout as timer } from 'node:timers/promises';
import {
  type BatchFollower,
  type FollowDeps,
  type Follower,
  followOnce,
  letGo,
  type Step,
} from './follow-once.ts';

/** How late a follower may be when nothing is wrong. */
export const POLL_MS = 1_000;
/** Pauses after a failure: doubled from the first to the longest. */
const FIRST_WAIT_MS = 1_000;
export const LONGEST_WAIT_MS = 60_000;

/** As much of a logger as this needs. */
export interface FollowLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export type Sleep = (ms: number, stopping: AbortSignal) => Promise<void>;

export const pause: Sleep = (ms, stopping) =>
  timer(ms, undefined, { signal: stopping }).catch(() => {});

export interface FollowingDeps {
  follow: FollowDeps;
  name: string;
  /** Asked before every step; undefined once there is no more to follow for. */
  find: () => Follower | BatchFollower | undefined;
  show: (step: Step) => Promise<void> | void;
  sleep: Sleep;
  stopping: AbortSignal;
  log: FollowLog;
}

/** Follows the ledger until it is stopped, or there is no more to follow for. Never rejects. */
export async function keepFollowing(deps: FollowingDeps): Promise<void> {
  const { follow, name, find, show, sleep, stopping, log } = deps;
  let failures = 0;
  let follower = find();
  while (follower !== undefined && !stopping.aborted) {
    const step = await attempt(follow, follower);
    if (stopping.aborted) break;
    await show(step);
    failures = step.result === 'failed' ? failures + 1 : 0;
    const wait = waitAfter(step, failures);
    if (wait > 0) await sleep(wait, stopping);
    follower = find();
  }
  await letGo(follow, name).catch((error: unknown) =>
    log.warn({ follower: name, err: error }, 'the lease of the follower runs on until its end'),
  );
}

/** Whatever fails, a ledger that cannot be read included, is tried again. */
async function attempt(follow: FollowDeps, follower: Follower | BatchFollower): Promise<Step> {
  try {
    return await followOnce(follow, follower);
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause);
    return { result: 'failed', seq: null, error };
  }
}

function waitAfter({ result }: Step, failures: number): number {
  if (result === 'advanced') return 0;
  if (result === 'failed') return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
  return POLL_MS;
}
