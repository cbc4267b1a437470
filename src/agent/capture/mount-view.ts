import { readlinkSync, statSync } from 'node:fs';
import { errorCode, unlessGone } from '../subjects/gone.ts';
import type { PinnedProcess } from './collector.ts';
import { readMounts, type Mount } from './mountinfo.ts';

/** What is mounted for processes that have the same namespace and the same root. */
export interface MountView {
  /** `mnt-<inode of the namespace>`, with a number behind it where a second root is in use. */
  name: string;
  /** Of the first process that has this view. */
  processDir: string;
  mounts: Mount[];
  /** Whether it is the namespace of this very process: then it is not the target's alone. */
  isOurs: boolean;
}

/** A pod has a handful; a process that makes more of them has a purpose. */
const MOST_VIEWS = 64;

/** The distinct views of the processes that are still there. */
export function mountViews(processes: readonly PinnedProcess[]): MountView[] {
  const views = new Map<string, MountView>();
  const ours = namespaceOf('/proc/self');
  for (const { dir } of processes) {
    if (views.size >= MOST_VIEWS) break;
    const seen = unlessGone(() => ({ namespace: namespaceOf(dir), root: rootOf(dir) }));
    if (seen === null || views.has(`${seen.namespace} ${seen.root}`)) continue;
    const mounts = mountsOf(dir);
    if (mounts === null) continue;
    const roots = [...views.keys()].filter((key) => key.startsWith(`${seen.namespace} `)).length;
    const name = `mnt-${seen.namespace}${roots === 0 ? '' : `-${roots + 1}`}`;
    const view = { name, processDir: dir, mounts, isOurs: seen.namespace === ours };
    views.set(`${seen.namespace} ${seen.root}`, view);
  }
  return [...views.values()];
}

function namespaceOf(processDir: string): string {
  return /\d+/.exec(readlinkSync(`${processDir}/ns/mnt`))?.[0] ?? '';
}

/** Null where the process is ending: it then has let go of its namespace already, which is EINVAL. */
function mountsOf(processDir: string): Mount[] | null {
  try {
    return unlessGone(() => readMounts(processDir));
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error;
    return null;
  }
}

function rootOf(processDir: string): string {
  const { dev, ino } = statSync(`${processDir}/root`, { bigint: true });
  return `${dev}:${ino}`;
}
