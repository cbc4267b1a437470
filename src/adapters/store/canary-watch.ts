import { setTimeout as delay } from 'node:timers/promises';
import type { StoreKind, StoreStanding, StoreVerdict } from '../../domain/store-verdict.ts';
import { tryStore } from './canary.ts';
import type { Trial } from './trial.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A store that could not be tried is asked again soon: until then nobody knows. */
const AGAIN_AFTER_MS = 10 * 60 * 1000;

/** How often the clock is looked at; a machine that slept through its day is late by no more. */
const LOOK_EVERY_MS = 60 * 1000;

/** Nobody waits longer for a store that hangs, when everything else has stopped. */
const STOP_PATIENCE_MS = 5_000;

/** What is known of the store at the moment. */
export interface StoreStatus {
  kind: StoreKind;
  claims: boolean;
  /** null until it was tried. */
  verdict: StoreVerdict | null;
  /** Why it could not be tried the last time; '' where it could. */
  problem: string;
}

export interface CanaryDeps {
  trial: Trial;
  /** Epoch milliseconds. */
  now(): number;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

export interface Canary {
  status(): StoreStatus;
  /** For a manifest: what was kept without a verdict was kept by a store of which nothing is known. */
  standing(): StoreStanding;
  /** Tries the store where a day has gone by, or nothing is known; resolves when it has been. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** Tries the store at once, without being waited for, and then every day. */
export function startCanary(deps: CanaryDeps): Canary {
  const { kind, claims } = deps.trial;
  let status: StoreStatus = { kind, claims, verdict: null, problem: '' };
  let dueAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  const stopping = new AbortController();
  const run = async () => {
    status = await tried(deps, status, stopping.signal);
    dueAt = deps.now() + (status.problem === '' ? DAY_MS : AGAIN_AFTER_MS);
    running = null;
  };
  const look = async () => {
    if (running === null && deps.now() >= dueAt) running = run();
    await running;
  };
  // A start that fails further on is not to be kept alive by this.
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  void look();
  return {
    status: () => status,
    standing: () => ({
      kind,
      enforcing: status.verdict?.enforcing ?? false,
      checked_at: status.verdict?.at ?? '',
    }),
    look,
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.race([running, delay(STOP_PATIENCE_MS, undefined, { ref: false })]);
    },
  };
}

/** Never rejects: a store that cannot be tried is a finding too, and what was found before may no longer hold. */
async function tried(
  { trial, now, log }: CanaryDeps,
  before: StoreStatus,
  stopping: AbortSignal,
): Promise<StoreStatus> {
  const { kind, claims } = before;
  try {
    const verdict = await tryStore(trial, now, stopping);
    const { enforcing } = verdict;
    if (claims && !enforcing) log.warn({ verdict }, 'the evidence store does not enforce');
    else log.info({ store: kind, enforcing }, 'the evidence store was tried');
    return { kind, claims, verdict, problem: '' };
  } catch (error) {
    log.warn({ err: error, store: kind }, 'the evidence store could not be tried');
    const problem = error instanceof Error ? error.message : String(error);
    return { kind, claims, verdict: null, problem };
  }
}
