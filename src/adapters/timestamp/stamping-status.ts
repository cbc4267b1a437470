import type { Register } from '../../domain/ledger.ts';
import type { Step } from '../follow/follow-once.ts';
import type { FollowLog } from '../follow/keep-following.ts';
import { manifestIn } from './stamp-manifest.ts';

/** Read at once while waiting manifests are counted, and how far the count goes: more are then told as so many. */
const ENTRIES_AT_ONCE = 500;
const MOST_PAGES = 20;

/** How the time-stamping stands, as this server sees it. */
export interface StampingStatus {
  /** The host and port of the TSA. */
  tsa: string;
  /** Manifests without a token, as counted when the TSA last failed; 0 where another server sees to them. */
  waiting: number;
  /** When the first of them was captured; '' for none. */
  waiting_since: string;
  /** Since when the TSA does not give the next token; '' while all is well. */
  failing_since: string;
  last_error: string;
}

/** The status after a step. A failure is logged when it begins and when it ends, not at every attempt. */
export async function stampingAfter(
  status: StampingStatus,
  step: Step,
  { register, now, log }: { register: Pick<Register, 'entriesAfter'>; now: number; log: FollowLog },
): Promise<StampingStatus> {
  const { tsa, failing_since } = status;
  if (step.result !== 'failed') {
    const isWellAgain = step.result === 'advanced' && failing_since !== '';
    if (isWellAgain) log.info({ tsa, failing_since }, 'manifests are time-stamped again');
    return { tsa, waiting: 0, waiting_since: '', failing_since: '', last_error: '' };
  }
  const { error, seq } = step;
  if (failing_since === '') log.warn({ tsa, error }, 'no time stamps');
  const since = failing_since === '' ? new Date(now).toISOString() : failing_since;
  // A ledger that cannot be read leaves the count as it was.
  const counted = seq === null ? {} : await countWaiting(register, seq).catch(() => ({}));
  return { ...status, ...counted, failing_since: since, last_error: error };
}

async function countWaiting(
  register: Pick<Register, 'entriesAfter'>,
  after: number,
): Promise<Pick<StampingStatus, 'waiting' | 'waiting_since'>> {
  let seq = after;
  let waiting = 0;
  let waiting_since = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const entries = await register.entriesAfter(seq, ENTRIES_AT_ONCE);
    for (const entry of entries) {
      seq = entry.seq;
      if (manifestIn(entry) === null) continue;
      waiting += 1;
      if (waiting_since === '') waiting_since = entry.at;
    }
    if (entries.length < ENTRIES_AT_ONCE) break;
  }
  return { waiting, waiting_since };
}
