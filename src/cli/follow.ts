import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Api } from './api.ts';
import { EXIT, Failure } from './exit.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface Following {
  /** Begin after the entry of this sequence; 0 is the beginning. */
  after: number;
  signal: AbortSignal;
  /** Told when the connection was lost, and is sought again. */
  lost(): void;
}

/**
 * Ledger entries without end, gap or repeat, over as many connections as it takes. Ends when the signal does.
 * The first connection must succeed: there was never anything to follow otherwise.
 */
export async function* follow(api: Api, following: Following): AsyncGenerator<LedgerEntry> {
  let { after } = following;
  let connected = false;
  let pauseMs = FIRST_PAUSE_MS;
  while (!following.signal.aborted) {
    try {
      const entries = await api.events(after);
      connected = true;
      for await (const entry of entries) {
        pauseMs = FIRST_PAUSE_MS;
        after = entry.seq;
        yield entry;
      }
    } catch (error) {
      if (following.signal.aborted) return;
      if (!connected || !maySeekAgain(error)) throw error;
    }
    following.lost();
    await pause(pauseMs, following.signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** A refusal stays one; everything else about a connection passes. `TypeError` is how a broken body shows. */
function maySeekAgain(error: unknown): boolean {
  if (error instanceof Failure) return error.exit === EXIT.unavailable;
  return error instanceof TypeError;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
