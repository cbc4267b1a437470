import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The kernel ends what is killed in milliseconds. */
const GONE_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 10;

/** Kills all that is in a cgroup of version 2 and below it, frozen or not, and removes them. Harmless where it is gone. */
export async function removeCgroup(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  writeFileSync(join(directory, 'cgroup.kill'), '1');
  const giveUpAt = performance.now() + GONE_WITHIN_MS;
  while (isPopulated(directory) && performance.now() < giveUpAt) await delay(LOOK_EVERY_MS);
  removeTree(directory);
}

function isPopulated(directory: string): boolean {
  return readFileSync(join(directory, 'cgroup.events'), 'utf8').includes('populated 1');
}

function removeTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(directory, entry.name));
  }
  rmdirSync(directory);
}
