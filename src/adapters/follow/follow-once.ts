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
  /** The longest that it deals with one entry, or with a batch. */
  patienceMs: number;
  concerns(entry: LedgerEntry): boolean;
  /** '' where it is done, else what went wrong: the entry comes again. At least once. */
  deal(entry: LedgerEntry): Promise<string>;
}

/** One who deals with several entries at once: as many as there are, up to a batch. Either all are done, or all come again. */
export interface BatchFollower extends Omit<Follower, 'deal'> {
  dealWithAll(entries: readonly LedgerEntry[]): Promise<string>;
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
export async function followOnce(
  deps: FollowDeps,
  follower: Follower | BatchFollower,
): Promise<Step> {
  const { ledger, owner, now } = deps;
  const { name, begins } = follower;
  // Renewed at every step, it covers one attempt and the pause after it.
  const untilMs = now() + follower.patienceMs + deps.longestWaitMs + LEASE_MARGIN_MS;
  const from = await ledger.followers.take(name, owner, now(), untilMs, begins);
  if (from === null) return { result: 'elsewhere' };
  const entries = await ledger.register.entriesAfter(from, BATCH);
  const { error, seq } = await dealt(follower, entries);
  if (error !== '') return { result: 'failed', seq: from, error };
  if (seq === null) return { result: 'idle', seq: from };
  await ledger.followers.reached(name, owner, seq);
  return { result: 'advanced', seq };
}

/** `seq`: up to where nothing is left to do; null where there was no entry. */
async function dealt(
  follower: Follower | BatchFollower,
  entries: readonly LedgerEntry[],
): Promise<{ error: string; seq: number | null }> {
  const last = entries.at(-1)?.seq ?? null;
  if ('deal' in follower) {
    const next = entries.find((entry) => follower.concerns(entry));
    if (next === undefined) return { error: '', seq: last };
    return { error: await follower.deal(next), seq: next.seq };
  }
  const concerning = entries.filter((entry) => follower.concerns(entry));
  if (concerning.length === 0) return { error: '', seq: last };
  return { error: await follower.dealWithAll(concerning), seq: last };
}

/** Lets another server follow at once. */
export async function letGo({ ledger, owner, now }: FollowDeps, name: string): Promise<void> {
  await ledger.followers.take(name, owner, now(), now());
}
