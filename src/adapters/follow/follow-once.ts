import type { Followers, Register } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';

/** Enough to pass quickly over what concerns nobody, few enough to be read again for each entry that does. */
const BATCH = 100;
/** For the ledger calls around an attempt; a server that dies is followed by another after this and its wait. */
const LEASE_MARGIN_MS = 10_000;

/** One who goes along the ledger, entry by entry, and comes past none with which it has not dealt. */
export interface Follower {
  /** Unique in the ledger. */
  name: string;
  /** Where a new one begins. */
  begins: 'at_the_start' | 'at_the_head';
  /** The longest that it deals with one entry. */
  patienceMs: number;
  concerns(entry: LedgerEntry): boolean;
  /** '' where it is done, else what went wrong: the entry comes again. At least once. */
  deal(entry: LedgerEntry): Promise<string>;
}

export interface FollowDeps {
  ledger: { register: Pick<Register, 'entriesAfter'>; followers: Followers };
  /** This server, as leases name it. */
  owner: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** The longest pause between two steps. */
  longestWaitMs: number;
}

/**
 * `elsewhere`: another server follows. `idle`: nothing new after `seq`. `advanced`: came on to `seq`. `failed`: did
 * not come past the next entry that concerns it, somewhere after `seq`, which is null where that is not known.
 */
export type Step =
  | { result: 'elsewhere' }
  | { result: 'idle' | 'advanced'; seq: number }
  | { result: 'failed'; seq: number | null; error: string };

/** One step along the ledger: what concerns the follower is dealt with in order, and passed only when it is done. */
export async function followOnce(deps: FollowDeps, follower: Follower): Promise<Step> {
  const { ledger, owner, now } = deps;
  const { name, begins } = follower;
  // Renewed at every step, it covers one attempt and the pause after it.
  const untilMs = now() + follower.patienceMs + deps.longestWaitMs + LEASE_MARGIN_MS;
  const from = await ledger.followers.take(name, owner, now(), untilMs, begins);
  if (from === null) return { result: 'elsewhere' };
  const entries = await ledger.register.entriesAfter(from, BATCH);
  const next = entries.find((entry) => follower.concerns(entry));
  const error = next === undefined ? '' : await follower.deal(next);
  if (error !== '') return { result: 'failed', seq: from, error };
  const seq = (next ?? entries.at(-1))?.seq ?? from;
  if (seq === from) return { result: 'idle', seq };
  await ledger.followers.reached(name, owner, seq);
  return { result: 'advanced', seq };
}

/** Lets another server follow at once. */
export async function letGo({ ledger, owner, now }: FollowDeps, name: string): Promise<void> {
  await ledger.followers.take(name, owner, now(), now());
}
