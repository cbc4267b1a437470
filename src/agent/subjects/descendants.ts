import { allProcesses, hasEnded, readStat, type ProcessStat } from './process-stat.ts';

/** Passes over /proc until nothing new is found; a subject that still grows then forks faster than it can be read. */
const MOST_PASSES = 10;

/** The given processes and all that descend from them, without those that have ended. */
export function withDescendants(roots: readonly number[]): number[] {
  const known = new Set(roots);
  let live = new Map<number, ProcessStat>();
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = known.size;
    live = allProcesses();
    addDescendants(known, live);
    if (known.size === before && pass > 0) break;
  }
  return [...known].filter((pid) => {
    const stat = live.get(pid);
    return stat !== undefined && !hasEnded(stat);
  });
}

/** A process and its parent, its parent's parent and so on, up to the first. */
export function withAncestors(pid: number): Set<number> {
  const found = new Set<number>();
  for (let at = pid; at > 0 && !found.has(at); at = readStat(`/proc/${at}`)?.ppid ?? 0)
    found.add(at);
  return found;
}

function addDescendants(known: Set<number>, processes: ReadonlyMap<number, ProcessStat>): void {
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, ppid } of processes.values()) {
      if (!known.has(ppid) || known.has(pid)) continue;
      known.add(pid);
      grew = true;
    }
  }
}
