import { readFileSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import type { ContainStateRequest } from '../../domain/host-containment.ts';
import type { HostSubject } from '../../domain/host-subject.ts';
import type { Engine } from '../docker/engine.ts';
import type { HostScope } from '../host-scope.ts';
import { findSubject, type FoundSubject } from '../subjects/find-subject.ts';
import { type Located, locate, type RuntimeContainer } from '../subjects/locate-subject.ts';
import { hasEnded, readStat } from '../subjects/process-stat.ts';
import type { ContainRecord, KnownProcess, Records } from './records.ts';

/** A subject that is contained, or is to be: what is left of it, and what it was when that began. */
export interface Contained {
  subject: HostSubject;
  /** Those of its processes that live. */
  processes: KnownProcess[];
  /** The cgroup that holds them and nothing else; '' where there is none. */
  cgroup: string;
  /** Null for what is no container, and for one that was removed. */
  container: RuntimeContainer | null;
  /** Null before it is contained. */
  record: ContainRecord | null;
  /** Null where no container runtime is configured. */
  engine: Engine | null;
  /** Of the calls that meant what this was made in the place of. */
  earlierKeys: string[];
  /** Its processes as they are now; none once it has ended. */
  lookAgain(): KnownProcess[];
}

/**
 * Faults: those of `locate` and `findSubject`. A subject that has ended is found all the same by a key under which it
 * was contained: that it is gone is then something that is known of it. `orNothing`: also by any other.
 */
export async function findContained(
  { subject, step, idempotency_key: key }: ContainStateRequest,
  scope: HostScope,
  records: Records,
  orNothing = false,
): Promise<Contained> {
  const kept = records.read(subject, step);
  const known = kept?.keys.includes(key) === true ? kept : null;
  const mayBeGone = orNothing || known !== null;
  const { found, container, lookAgain } = await find(pinned(subject, known), scope, mayBeGone);
  const processes = identitiesOf(found?.pids ?? []);
  const isGone = known !== null && found === null && container === null;
  const isSame = kept !== null && isOfSame(kept, processes, { subject, container });
  const isMade = kept !== null && isMadeBy(kept, container);
  const record = isGone || isSame || (isMade && known !== null) ? kept : null;
  const others = (known === null ? [] : leftOf(known)).filter(
    ({ pid }) => !processes.some((each) => each.pid === pid),
  );
  return {
    ...{ subject, container, record, lookAgain, engine: scope.engine },
    earlierKeys: isMade ? kept.keys : [],
    cgroup: found?.cgroup ?? known?.cgroup ?? '',
    processes: [...processes, ...others],
  };
}

/** Whether this very process, and no later one, runs. */
export function isAlive({ pid, start_time }: KnownProcess): boolean {
  const stat = readStat(`/proc/${pid}`);
  return stat !== null && stat.start_time === start_time && !hasEnded(stat);
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

interface Found {
  found: FoundSubject | null;
  lookAgain: Contained['lookAgain'];
  container: RuntimeContainer | null;
}

async function find(subject: HostSubject, scope: HostScope, mayBeGone: boolean): Promise<Found> {
  let located: Located | null = null;
  try {
    located = await locate(subject, scope);
    const { subject: local, container } = located;
    if (local === null) throw ended('the container does not run');
    const look = () => findSubject(local, scope.cgroups);
    return { found: look(), container, lookAgain: () => unlessEnded(look) };
  } catch (error) {
    if (!mayBeGone || !isEnded(error)) throw error;
    return { found: null, container: located?.container ?? null, lookAgain: () => [] };
  }
}

/** The process that was meant, and not one that has its number by now. */
function pinned(subject: HostSubject, known: ContainRecord | null): HostSubject {
  if (subject.kind !== 'process' || known === null) return subject;
  const start_time = known.processes.find(({ pid }) => pid === subject.pid)?.start_time;
  // Of another boot: no process has this start time.
  if (known.boot_id !== bootId()) return { ...subject, start_time: '0' };
  return start_time === undefined ? subject : { ...subject, start_time };
}

function leftOf({ boot_id, processes }: ContainRecord): KnownProcess[] {
  return boot_id === bootId() ? processes.filter(isAlive) : [];
}

/** Whether the record is of what was found, under whichever key, and not of what had its name before. */
function isOfSame(
  record: ContainRecord,
  processes: readonly KnownProcess[],
  { subject, container }: Pick<Contained, 'subject' | 'container'>,
): boolean {
  if (subject.kind === 'container') return record.container === container?.facts.Id;
  if (record.boot_id !== bootId()) return false;
  if (subject.kind === 'cgroup') return true;
  const leader = processes.find(({ pid }) => pid === subject.pid);
  return record.processes.some(
    ({ pid, start_time }) => pid === leader?.pid && start_time === leader.start_time,
  );
}

/** Whether the container was started in the place of the one that the record is of. */
function isMadeBy({ made }: ContainRecord, container: RuntimeContainer | null): boolean {
  return container !== null && made['container'] === container.facts.Id;
}

function identitiesOf(pids: readonly number[]): KnownProcess[] {
  return pids.flatMap((pid) => {
    const stat = readStat(`/proc/${pid}`);
    return stat === null || hasEnded(stat) ? [] : { pid, start_time: stat.start_time };
  });
}

function unlessEnded(look: () => FoundSubject): KnownProcess[] {
  try {
    return identitiesOf(look().pids);
  } catch (error) {
    if (isEnded(error)) return [];
    throw error;
  }
}

function ended(message: string): Fault {
  return new Fault('subject_not_found', message, { retryable: false });
}

function isEnded(error: unknown): boolean {
  return error instanceof Fault && error.code === 'subject_not_found';
}
