import { Fault } from '../../domain/fault.ts';
import { cgroupOf, isBelow } from './cgroup-tree.ts';
import { withAncestors } from './descendants.ts';

/** Faults: `subject_not_allowed` for a process outside the allowed cgroups, `subject_is_ours` for what runs the agent. */
export function assertMayTouch(pids: readonly number[], allowed: readonly string[]): void {
  const ours = withAncestors(process.pid).add(1);
  for (const pid of pids) {
    if (ours.has(pid)) {
      throw refused('subject_is_ours', `process ${pid} runs the agent or the host`);
    }
    const cgroup = cgroupOf(`/proc/${pid}`);
    if (cgroup !== null && !isAllowed(cgroup, allowed)) {
      throw refused('subject_not_allowed', `process ${pid} is in none of the allowed cgroups`);
    }
  }
}

/** Fault `subject_not_allowed`, whether there is such a cgroup or not. */
export function assertAllowed(cgroup: string, allowed: readonly string[]): void {
  if (isAllowed(cgroup, allowed)) return;
  throw refused('subject_not_allowed', 'the cgroup is below none of the allowed ones');
}

function isAllowed(cgroup: string, allowed: readonly string[]): boolean {
  return allowed.some((root) => isBelow(cgroup, root));
}

function refused(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
}
