import { mkdirSync, rmdirSync } from 'node:fs';
import { cgroupDirectory } from '../../../src/agent/subjects/cgroup-tree.ts';
import type { Need } from './needing.ts';

/** Its processes can be frozen and read: root, and cgroups of version 2 that can be made. */
export const wholeHost: Need = async () => {
  const why = process.getuid?.() === 0 ? whyNoCgroup() : 'the tests do not run as root';
  if (why === null) return undefined;
  return {
    what: 'a host whose processes can be frozen and read',
    why,
    remedy: 'run as root, with mount -t cgroup2 none /mnt/cgroup where there is no such mount',
  };
};

function whyNoCgroup(): string | null {
  try {
    const probe = cgroupDirectory(`/cordon-probe-${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
