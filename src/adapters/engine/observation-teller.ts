import type { Followers, Outbox, Register } from '../../domain/ledger.ts';
import type { BatchFollower, Step } from '../follow/follow-once.ts';
import { keepFollowing, pause, type Sleep } from '../follow/keep-following.ts';
import { isToBeTold, tellObservations, type TellDeps } from './tell-observations.ts';

const NAME = 'observations';

/** What keeps an observation from being told is over soon: an incident that is being started, an engine that restarts. */
const LONGEST_PAUSE_MS = 5_000;

export interface TellerDeps extends Omit<TellDeps, 'register' | 'outbox'> {
  ledger: {
    register: Pick<Register, 'entriesAfter' | 'incident' | 'timeline'>;
    outbox: Pick<Outbox, 'waiting'>;
    followers: Followers;
  };
  /** Milliseconds since the epoch. */
  now: () => number;
  /** This server, as leases name it. */
  owner: string;
  sleep?: Sleep;
}

/** How the telling stands, as this server sees it. */
export interface TellerStatus {
  /** The ledger's sequence up to which all was told; 0 where this server does not know. */
  reached: number;
  /** Since when the next observation cannot be told; '' while all is well. */
  failing_since: string;
  last_error: string;
}

export interface ObservationTeller {
  status(): TellerStatus;
  /** Resolves when nothing is on its way any more. */
  stop(): Promise<void>;
}

/**
 * Tells counters and workflows what further alerts have brought to light: all of it, in order, for as long as it takes.
 * One server at a time does it, and a restart goes on.
 */
export function startObservationTeller(deps: TellerDeps): ObservationTeller {
  const { ledger, owner, now, log, sleep = pause } = deps;
  const stopper = new AbortController();
  let status: TellerStatus = { reached: 0, failing_since: '', last_error: '' };
  const follower = followerFor(deps);
  const running = keepFollowing({
    follow: { ledger, owner, now, longestWaitMs: LONGEST_PAUSE_MS },
    name: NAME,
    find: () => follower,
    show: (step) => {
      status = statusAfter(deps, status, step);
    },
    sleep: (ms, stopping) => sleep(Math.min(ms, LONGEST_PAUSE_MS), stopping),
    stopping: stopper.signal,
    log,
  });
  return {
    status: () => status,
    stop: async () => {
      stopper.abort();
      await running;
    },
  };
}

/** From the start: another server may have taken an alert before the first of them came to follow. */
function followerFor(deps: TellerDeps): BatchFollower {
  const { register, outbox } = deps.ledger;
  return {
    name: NAME,
    begins: 'at_the_start',
    concerns: isToBeTold,
    dealWithAll: (entries) => tellObservations({ ...deps, register, outbox }, entries),
  };
}

/** A failure is logged when it begins and when it ends, not at every attempt. */
function statusAfter({ now, log }: TellerDeps, status: TellerStatus, step: Step): TellerStatus {
  const { failing_since } = status;
  if (step.result === 'failed') {
    if (failing_since === '') log.warn({ error: step.error }, 'an observation cannot be told yet');
    const since = failing_since === '' ? new Date(now()).toISOString() : failing_since;
    return { ...status, failing_since: since, last_error: step.error };
  }
  const isWellAgain = step.result === 'advanced' && failing_since !== '';
  if (isWellAgain) log.info({ failing_since }, 'observations are told again');
  const reached = step.result === 'elsewhere' ? 0 : step.seq;
  return { reached, failing_since: '', last_error: '' };
}
