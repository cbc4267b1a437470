import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Register } from '../domain/ledger.ts';
import type { Log } from '../intake/log.ts';

/** One cheap read serves every follower, so that it may be often: who waits for a containment counts in ms. */
const POLL_EVERY_MS = 25;

/** Kept in memory, so that followers who are up to date cost no reads of their own. */
const MOST_RECENT = 1_000;

/** Entries read at a time. */
const PAGE = 500;

/** The moving end of the ledger, read once for all who follow it, and only while somebody does. */
export interface Tail {
  /** Entries with a greater sequence, oldest first, a page at most; empty when there are none yet. */
  after(seq: number): Promise<readonly LedgerEntry[]>;
  /** The sequence of the ledger's last entry now. */
  head(): Promise<number>;
  /** Calls back whenever entries have come, until the returned function is called. */
  onMore(follower: () => void): () => void;
  /** Aborted when the tail is stopped: whoever follows has to let go. */
  readonly stopped: AbortSignal;
  stop(): void;
}

/** `register` is read by this process alone; entries of other processes are seen within a poll. */
export function createTail(
  register: Pick<Register, 'entriesAfter' | 'head'>,
  log: Pick<Log, 'warn'>,
): Tail {
  const followers = new Set<() => void>();
  const stopping = new AbortController();
  let recent: LedgerEntry[] = [];
  let polling = false;

  return { after, head, onMore, stopped: stopping.signal, stop: () => stopping.abort() };

  async function after(seq: number): Promise<readonly LedgerEntry[]> {
    const [oldest] = recent;
    const remembered = oldest !== undefined && seq >= oldest.seq - 1;
    // What is remembered ends where the last poll ended; everything newer will be announced.
    if (remembered) return recent.slice(Math.max(0, seq - oldest.seq + 1));
    return register.entriesAfter(seq, PAGE);
  }

  async function head(): Promise<number> {
    return (await register.head())?.seq ?? 0;
  }

  function onMore(follower: () => void): () => void {
    followers.add(follower);
    if (!polling) void poll();
    return () => followers.delete(follower);
  }

  async function poll(): Promise<void> {
    polling = true;
    let seq: number | null = null;
    while (followers.size > 0 && !stopping.signal.aborted) {
      const read = await step(seq);
      seq = read.seq;
      if (!read.more) await pause();
    }
    recent = [];
    polling = false;
  }

  async function step(seq: number | null): Promise<{ seq: number | null; more: boolean }> {
    try {
      if (seq === null) return { seq: await begin(), more: true };
      const entries = await register.entriesAfter(seq, PAGE);
      recent = [...recent, ...entries].slice(-MOST_RECENT);
      if (entries.length > 0) announce();
      return { seq: entries.at(-1)?.seq ?? seq, more: entries.length === PAGE };
    } catch (error) {
      log.warn({ err: error }, 'the ledger could not be followed');
      return { seq, more: false };
    }
  }

  /** An entry that came just before this head would be announced by nobody, so followers look again. */
  async function begin(): Promise<number> {
    const seq = await head();
    announce();
    return seq;
  }

  function announce(): void {
    for (const follower of followers) follower();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, POLL_EVERY_MS).unref();
  });
}
