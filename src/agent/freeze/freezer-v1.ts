import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unlessGone } from '../subjects/gone.ts';

/** Whether a freezer of version 1 holds the process, as container runtimes use it where both versions are mounted. */
export function isFrozenByV1(pid: number): boolean {
  const mount = freezerMount();
  const path = mount === null ? null : freezerCgroupOf(pid);
  if (mount === null || path === null) return false;
  const file = join(mount, path, 'freezer.state');
  // The root of the hierarchy has no state: it cannot be frozen.
  return unlessGone(() => readFileSync(file, 'utf8'))?.trim() === 'FROZEN';
}

/** proc_pid_mountinfo(5); null where the host has no such hierarchy. */
function freezerMount(): string | null {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup' && options.split(',').includes('freezer')) {
      return before.split(' ')[4] ?? null;
    }
  }
  return null;
}

/** `hierarchy:controllers:path` (cgroups(7)); null once the process is gone. */
function freezerCgroupOf(pid: number): string | null {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? '';
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers?.split(',').includes('freezer')) return path ?? null;
  }
  return null;
}
