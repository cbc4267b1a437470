import { Fault } from '../domain/fault.ts';
import { severityRank } from '../domain/severity.ts';
import type { Outbox, Pending } from '../domain/ledger.ts';
import type { Log } from './log.ts';
import { createSettling } from './settling.ts';

/**
 * Few incidents between their start and their containment: more only queue inside the engine, where a critical one
 * cannot overtake them. It need not even wait for these.
 */
const MOST_IN_FLIGHT = 4;
const MORE_FOR_CRITICAL = 8;

/** Another server takes over what this one has not started by then. */
export const DISPATCH_LEASE_MS = 15_000;

/** How often what nobody has started is looked for. */
const SWEEP_EVERY_MS = 3_000;

/** What waits beyond this stays in the ledger until a sweep finds it. */
const MOST_QUEUED = 2_000;

/** Started incidents are struck off the outbox together, this often. */
const STRIKE_EVERY_MS = 50;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface Dispatcher {
  offer(pending: Pending): void;
  /** Whether an incident is between its start and its containment. */
  isContaining(): boolean;
  /** Starts what is waiting in the ledger, and looks again every few seconds. */
  run(): void;
  stop(): Promise<void>;
}

export interface DispatcherDeps {
  outbox: Outbox;
  /** Starts the workflow. An incident that has one already counts as started. Throws a retryable Fault while there is no engine. */
  start(pending: Pending): Promise<void>;
  owner: string;
  now(): number;
  log: Log;
}

/** Brings incidents from the ledger to the engine: most severe first, few at a time, each at least once. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const queue: Pending[] = [];
  const known = new Set<string>();
  const flying = new Set<Promise<void>>();
  const settling = createSettling(deps.outbox, deps.now);
  let started: string[] = [];
  let containing = 0;
  let pausedUntilMs = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let timers: NodeJS.Timeout[] = [];
  let stopping = false;

  return { offer, isContaining: () => containing > 0, run, stop };

  function offer(pending: Pending): void {
    if (stopping || known.has(pending.input.id) || queue.length >= MOST_QUEUED) return;
    known.add(pending.input.id);
    insert(queue, pending);
    pump();
  }

  function run(): void {
    timers = [
      setInterval(() => void sweep(), SWEEP_EVERY_MS),
      setInterval(() => void strike(), STRIKE_EVERY_MS),
    ];
    void sweep();
  }

  async function stop(): Promise<void> {
    stopping = true;
    timers.forEach((timer) => clearInterval(timer));
    await Promise.all(flying);
    await strike();
  }

  function pump(): void {
    while (!stopping && deps.now() >= pausedUntilMs && hasRoom(queue[0], flying.size)) {
      const pending = queue.shift();
      if (pending === undefined) return;
      const flight = launch(pending).finally(() => {
        flying.delete(flight);
        pump();
      });
      flying.add(flight);
    }
  }

  async function launch(pending: Pending): Promise<void> {
    try {
      await deps.start(pending);
      started.push(pending.input.id);
      pauseMs = FIRST_PAUSE_MS;
      if (pending.input.plan.actions.length > 0) await untilSettled(pending.input.id);
    } catch (error) {
      setAside(pending, error);
    }
  }

  async function untilSettled(incident: string): Promise<void> {
    containing += 1;
    await settling.until(incident);
    containing -= 1;
  }

  /** Without an engine all wait in their order; one that the engine refuses must not hold up the others. */
  function setAside(pending: Pending, error: unknown): void {
    const incident = pending.input.id;
    if (error instanceof Fault && error.retryable) {
      pause();
      insert(queue, pending);
      deps.log.warn({ incident, code: error.code }, 'not started yet');
    } else {
      known.delete(incident);
      deps.log.error({ incident, err: error }, 'the engine refuses to start it; tried again later');
    }
  }

  function pause(): void {
    if (deps.now() < pausedUntilMs) return;
    pausedUntilMs = deps.now() + pauseMs;
    setTimeout(goOn, pauseMs).unref();
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** A timer may fire a millisecond before the clock says so, and nobody would look again until the next sweep. */
  function goOn(): void {
    pausedUntilMs = 0;
    pump();
  }

  async function sweep(): Promise<void> {
    // Where the clock was set back, a pause has ended unseen.
    pump();
    const room = MOST_QUEUED - queue.length;
    if (stopping || room <= 0 || deps.now() < pausedUntilMs) return;
    try {
      const now = deps.now();
      const found = await deps.outbox.claim(deps.owner, now, now + DISPATCH_LEASE_MS, room);
      found.forEach(offer);
    } catch (error) {
      deps.log.warn({ err: error }, 'the outbox could not be read');
    }
  }

  async function strike(): Promise<void> {
    if (started.length === 0) return;
    const ids = started;
    started = [];
    try {
      await deps.outbox.started(ids);
      ids.forEach((id) => known.delete(id));
    } catch (error) {
      started.push(...ids);
      deps.log.warn({ err: error }, 'started incidents could not be struck off');
    }
  }
}

function hasRoom(next: Pending | undefined, inFlight: number): boolean {
  const more = next?.severity === 'critical' ? MORE_FOR_CRITICAL : 0;
  return inFlight < MOST_IN_FLIGHT + more;
}

/** Keeps the most severe first and, among equals, the oldest first. */
function insert(queue: Pending[], pending: Pending): void {
  const rank = severityRank(pending.severity);
  const behind = queue.findIndex((other) => severityRank(other.severity) < rank);
  queue.splice(behind === -1 ? queue.length : behind, 0, pending);
}
