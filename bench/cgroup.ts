import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupDirectory } from '../src/agent/subjects/cgroup-tree.ts';

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
    writeFileSync(join(cgroupDirectory(ROOT), 'cgroup.kill'), '1');
    while (eventsOf(ROOT).includes('populated 1')) await new Promise(setImmediate);
    rmdirSync(cgroupDirectory(AGENT));
    rmdirSync(cgroupDirectory(ROOT));
  }
}

export function move(pid: number | undefined, cgroup: string): void {
  writeFileSync(join(cgroupDirectory(cgroup), 'cgroup.procs'), String(pid));
}

export function eventsOf(cgroup: string): string {
  return readFileSync(join(cgroupDirectory(cgroup), 'cgroup.events'), 'utf8');
}
