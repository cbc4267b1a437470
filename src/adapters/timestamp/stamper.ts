import { Fault } from '../../domain/fault.ts';
import type { Followers, IncidentLog, Register } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { Timestamper } from '../../domain/timestamper.ts';
import type { Follower } from '../follow/follow-once.ts';
import {
  type FollowLog,
  keepFollowing,
  LONGEST_WAIT_MS,
  pause,
  type Sleep,
} from '../follow/keep-following.ts';
import { manifestIn, type StampDeps, stampManifest } from './stamp-manifest.ts';
import { stampingAfter, type StampingStatus } from './stamping-status.ts';
import { TSA_TIMEOUT_MS } from './timestamper.ts';

const NAME = 'timestamps';
/** The TSA's answer, and what is read and written around it. */
const PATIENCE_MS = 2 * TSA_TIMEOUT_MS;

export interface StamperDeps extends Pick<StampDeps, 'store' | 'vouched' | 'now'> {
  /** Closed when the stamper is stopped. */
  tsa: Timestamper & { close(): Promise<void> };
  /** The host and port of the TSA, by which it is spoken of. */
  name: string;
  ledger: {
    log: Pick<IncidentLog, 'append'>;
    register: Pick<Register, 'entriesAfter' | 'timeline'>;
    followers: Followers;
  };
  log: FollowLog;
  /** This server, as leases name it. */
  owner: string;
  sleep?: Sleep;
}

export interface Stamper {
  status(): StampingStatus;
  /** Resolves when nothing is on its way any more. */
  stop(): Promise<void>;
}

/**
 * Sees to it that every signed manifest in the ledger, those of before included, gets a token of the TSA: one each, in
 * order, for as long as it takes. Nothing waits for it. One server at a time does it, and a restart goes on.
 */
export function startStamper(deps: StamperDeps): Stamper {
  const { ledger, owner, now, log, name: tsa, sleep = pause } = deps;
  const stopper = new AbortController();
  let status: StampingStatus = {
    ...{ tsa, waiting: 0, waiting_since: '', failing_since: '', last_error: '' },
  };
  const follower = followerFor(deps);
  const running = keepFollowing({
    follow: { ledger, owner, now, longestWaitMs: LONGEST_WAIT_MS },
    name: NAME,
    find: () => follower,
    show: async (step) => {
      status = await stampingAfter(status, step, { register: ledger.register, now: now(), log });
    },
    sleep,
    stopping: stopper.signal,
    log,
  });
  return {
    status: () => status,
    stop: async () => {
      stopper.abort();
      await deps.tsa.close();
      await running;
    },
  };
}

function followerFor(deps: StamperDeps): Follower {
  return {
    name: NAME,
    begins: 'at_the_start',
    patienceMs: PATIENCE_MS,
    concerns: (entry) => manifestIn(entry) !== null,
    deal: (entry) => stamped(deps, entry),
  };
}

/** Evidence that is lost is never found by waiting, and must not keep the others from their time. */
async function stamped(deps: StamperDeps, entry: LedgerEntry): Promise<string> {
  const manifest = manifestIn(entry);
  if (manifest === null) return '';
  try {
    await stampManifest(deps, entry.incident_id, manifest);
    return '';
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.retryable) return `${error.code}: ${error.message}`;
    deps.log.warn({ manifest: manifest.sha256, err: error }, 'a manifest cannot be time-stamped');
    return '';
  }
}
