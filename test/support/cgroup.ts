import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cgroupDirectory } from '../../src/agent/subjects/cgroup-tree.ts';
import { eventually } from './eventually.ts';

let made = 0;

/** A cgroup of version 2 that a test made. */
export interface TestCgroup {
  /** As /proc/<pid>/cgroup names it. */
  path: string;
  /** A cgroup below it, removed with it. */
  below(name: string): TestCgroup;
  add(pid: number): void;
  pids(): number[];
  /** Thaws and kills all that is in it, and removes it. */
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
    remove: () => removeTree(directory),
  };
}

async function removeTree(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  writeFileSync(join(directory, 'cgroup.freeze'), '0');
  writeFileSync(join(directory, 'cgroup.kill'), '1');
  await eventually(
    () => readFileSync(join(directory, 'cgroup.events'), 'utf8'),
    (events) => events.includes('populated 0'),
  );
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(directory, entry.name));
  }
  rmdirSync(directory);
}
