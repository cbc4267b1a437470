import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupDirectory } from '../../src/agent/subjects/cgroup-tree.ts';
import { removeCgroup } from '../../src/range/remove-cgroup.ts';

let made = 0;

/** A cgroup of version 2 that a test made. */
export interface TestCgroup {
  /** As /proc/<pid>/cgroup names it. */
  path: string;
  /** A cgroup below it, removed with it. */
  below(name: string): TestCgroup;
  add(pid: number): void;
  pids(): number[];
  /** Kills all that is in it, frozen or not, and removes it. */
  remove(): Promise<void>;
}

export function makeCgroup(path = `/cordon-test-${process.pid}-${(made += 1)}`): TestCgroup {
  const directory = cgroupDirectory(path);
  mkdirSync(directory);
  const file = (name: string) => join(directory, name);
  return {
    path,
    below: (name) => makeCgroup(`${path}/${name}`),
    add: (pid) => writeFileSync(file('cgroup.procs'), String(pid)),
    pids: () => readFileSync(file('cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    remove: () => removeCgroup(directory),
  };
}
