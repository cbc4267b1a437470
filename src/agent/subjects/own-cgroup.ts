import { cgroupOf, isBelow, processesOfCgroup } from './cgroup-tree.ts';
import { readStat, type ProcessStat } from './process-stat.ts';

/**
 * The cgroup that was made for this process; null where it shares one. It is strictly below an allowed one, where
 * each is one subject's, and begins with this process: none in it is older, and its parent is outside. What escaped
 * from the tree by a double fork is still in it.
 */
export function ownCgroup(
  leader: ProcessStat,
  allowed: readonly string[],
): { path: string; pids: number[] } | null {
  const path = cgroupOf(`/proc/${leader.pid}`);
  if (!path || !allowed.some((root) => path !== root && isBelow(path, root))) return null;
  const pids = processesOfCgroup(path) ?? [];
  const beginsIt = pids.every((pid) => {
    const stat = readStat(`/proc/${pid}`);
    return stat === null || BigInt(stat.start_time) >= BigInt(leader.start_time);
  });
  return beginsIt && !pids.includes(leader.ppid) ? { path, pids } : null;
}
