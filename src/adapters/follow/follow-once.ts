import type { Followers, Register } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';

/** Enough to pass quickly over what concerns nobody, few enough to be read again for each entry that does. */
const BATCH = 100;
/** For the ledger calls around an attempt; a server that dies is followed by another after this and its wait. */
const LEASE_MARGIN_MS = 10_000;
/** So often within that margin, while a batch is dealt with, that one late call to the ledger costs nothing. */
const RENEW_EVERY_MS = 3_000;

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

/**
 * One who deals with several entries at once: as many as there are, up to a batch, for as long as that takes. Either all
 * are done, or all come again.
 */
export interface BatchFollower extends Omit<Follower, 'deal' | 'patienceMs'> {
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
  const patienceMs = 'deal' in follower ? follower.patienceMs : 0;
  // Renewed at every step, it covers one attempt and the pause after it.
  const leaseMs = patienceMs + deps.longestWaitMs + LEASE_MARGIN_MS;
  const lease = () => ledger.followers.take(name, owner, now(), now() + leaseMs, begins);
  const from = await lease();
  if (from === null) return { result: 'elsewhere' };
  const entries = await ledger.register.entriesAfter(from, BATCH);
  const { error, seq } = await renewing(lease, dealt(follower, entries));
  if (error !== '') return { result: 'failed', seq: from, error };
  if (seq === null) return { result: 'idle', seq: from };
  await ledger.followers.reached(name, owner, seq);
  return { result: 'advanced', seq };
}

/** A batch may take longer than a lease: whoever dies over it is to be followed soon all the same. */
async function renewing<T>(lease: () => Promise<unknown>, work: Promise<T>): Promise<T> {
  // Where it cannot be renewed, it may run out: then two do the same, which is harmless.
  const renewal = setInterval(() => void lease().catch(() => undefined), RENEW_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(renewal);
  }
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
