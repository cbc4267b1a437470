import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { errorCode, unlessGone } from './gone.ts';

/** Where the hierarchy of version 2 is mounted. Fault `cgroup_v2_missing` where it is not. */
export function cgroupMount(): string {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    // proc_pid_mountinfo(5): id, parent, device, root, mount point, …, `-`, type
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, point] = before.split(' ');
    if (after.startsWith('cgroup2 ') && root === '/' && point !== undefined) return point;
  }
  const message = 'this host has no cgroup hierarchy of version 2';
  throw new Fault('cgroup_v2_missing', message, { retryable: false });
}

/** The directory of a cgroup by its path below the mount. */
export function cgroupDirectory(path: string): string {
  return join(cgroupMount(), path);
}

/** The cgroup of the process below this directory of /proc; '' where it has none of version 2, null once it is gone. */
export function cgroupOf(dir: string): string | null {
  const text = unlessGone(() => readFileSync(`${dir}/cgroup`, 'utf8'));
  if (text === null) return null;
  const line = text.split('\n').find((each) => each.startsWith('0::'));
  return line?.slice('0::'.length) ?? '';
}

export function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** Every process of a cgroup and of those below it; null where there is no such cgroup. */
export function processesOfCgroup(path: string): number[] | null {
  return unlessGone(() => readdirSync(cgroupDirectory(path))) === null
    ? null
    : processesBelow(cgroupDirectory(path));
}

function processesBelow(directory: string): number[] {
  const own = unlessGone(() => membersOf(directory)) ?? [];
  const entries = unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => processesBelow(join(directory, name)));
  return [...own, ...below];
}

function membersOf(directory: string): number[] {
  try {
    const text = readFileSync(join(directory, 'cgroup.procs'), 'utf8');
    return text.split('\n').filter(Boolean).map(Number);
  } catch (error) {
    // A threaded cgroup: its processes are listed by the domain above it (cgroups(7)).
    if (errorCode(error) === 'EOPNOTSUPP') return [];
    throw error;
  }
}
