import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupDirectory } from '../src/agent/subjects/cgroup-tree.ts';
import { removeCgroup } from '../src/range/remove-cgroup.ts';

/** What the agent of a bench may touch. */
export const ROOT = `/cordon-bench-${process.pid}`;
/** The cgroup of one subject in it. */
export const AGENT = `${ROOT}/agent`;
export const SCOPE = { cgroups: [ROOT], engine: null };

/** Makes both cgroups for as long as `use` takes. Needs root; leaves neither a process nor a cgroup behind. */
export async function withCgroups<T>(use: () => Promise<T>): Promise<T> {
  mkdirSync(cgroupDirectory(ROOT));
  mkdirSync(cgroupDirectory(AGENT));
  try {
    return await use();
  } finally {
    await removeCgroup(cgroupDirectory(ROOT));
  }
}

export function move(pid: number | undefined, cgroup: string): void {
  writeFileSync(join(cgroupDirectory(cgroup), 'cgroup.procs'), String(pid));
}

export function eventsOf(cgroup: string): string {
  return readFileSync(join(cgroupDirectory(cgroup), 'cgroup.events'), 'utf8');
}
