import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { cgroupDirectory } from '../subjects/cgroup-tree.ts';
import { unlessGone } from '../subjects/gone.ts';
import { cameTrue } from './poll.ts';

/** What every process of a cgroup is asked for at once; resolves when the kernel says so, or at `giveUpAt`. */
export async function setFrozen(path: string, frozen: boolean, giveUpAt: number): Promise<void> {
  const file = join(cgroupDirectory(path), 'cgroup.freeze');
  if (unlessGone(() => writeFileSync(file, frozen ? '1' : '0')) === null) throw gone();
  await cameTrue(() => isFrozen(path) === frozen, giveUpAt);
}

/** Whether the kernel has frozen it, by its own state or that of a cgroup above it. */
export function isFrozen(path: string): boolean {
  const text = unlessGone(() => readFileSync(join(cgroupDirectory(path), 'cgroup.events'), 'utf8'));
  return text?.split('\n').includes('frozen 1') ?? false;
}

/** Whether it was asked to freeze itself, whether or not that has come about. */
export function isAskedToFreeze(path: string): boolean {
  const file = join(cgroupDirectory(path), 'cgroup.freeze');
  return unlessGone(() => readFileSync(file, 'utf8'))?.trim() === '1';
}

function gone(): Fault {
  return new Fault('subject_not_found', 'the cgroup was removed', { retryable: false });
}
