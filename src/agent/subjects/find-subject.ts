import { Fault } from '../../domain/fault.ts';
import type { KernelSubject } from '../../domain/host-subject.ts';
import { isBelow, cgroupOf, processesOfCgroup } from './cgroup-tree.ts';
import { withDescendants } from './descendants.ts';
import { assertAllowed, assertMayTouch } from './may-touch.ts';
import { ownCgroup } from './own-cgroup.ts';
import { hasEnded, readStat, type ProcessStat } from './process-stat.ts';

/** The processes of a subject, as they were a moment ago. */
export interface FoundSubject {
  pids: number[];
  /** The cgroup that holds all of them and nothing else; '' where there is none. */
  cgroup: string;
}

/**
 * `allowed`: the cgroups below which subjects may be. Faults, none retryable: `subject_not_found`,
 * `subject_not_allowed`, `subject_is_ours`.
 */
export function findSubject(subject: KernelSubject, allowed: readonly string[]): FoundSubject {
  const found = find(subject, allowed);
  assertMayTouch(found.pids, allowed);
  return found;
}

function find(subject: KernelSubject, allowed: readonly string[]): FoundSubject {
  switch (subject.kind) {
    case 'cgroup':
      return findCgroup(subject.path, allowed);
    case 'process':
      return findTree(leaderOf(subject), allowed);
  }
}

function findCgroup(path: string, allowed: readonly string[]): FoundSubject {
  assertAllowed(path, allowed);
  const pids = processesOfCgroup(path);
  if (pids === null) throw fault('subject_not_found', 'there is no such cgroup');
  return { pids, cgroup: path };
}

function leaderOf({ pid, start_time }: KernelSubject & { kind: 'process' }): ProcessStat {
  const stat = readStat(`/proc/${pid}`);
  if (stat === null || hasEnded(stat)) throw fault('subject_not_found', `there is no ${pid}`);
  if (start_time === undefined || start_time === stat.start_time) return stat;
  throw fault('subject_not_found', `${pid} is now the number of another process`);
}

function findTree(leader: ProcessStat, allowed: readonly string[]): FoundSubject {
  const own = ownCgroup(leader, allowed);
  const pids = withDescendants([leader.pid, ...(own?.pids ?? [])]);
  const holdsAll = own !== null && pids.every((pid) => isIn(pid, own.path));
  return { pids, cgroup: holdsAll ? own.path : '' };
}

function isIn(pid: number, path: string): boolean {
  const cgroup = cgroupOf(`/proc/${pid}`);
  return cgroup === null || isBelow(cgroup, path);
}

function fault(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
}
