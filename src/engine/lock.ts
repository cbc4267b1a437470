import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineFault } from './engine-fault.ts';
import { isErrno } from './errno.ts';

/** The holder touches its lock this often. */
const BEAT_MS = 2_000;

/** A lock untouched for this long lost its holder; ten beats tolerate a machine that is busy compiling. */
const STALE_AFTER_MS = 10 * BEAT_MS;

const LOOK_EVERY_MS = 500;

/** Longer than the slowest build that is still allowed to end. */
const WAIT_LIMIT_MS = 60 * 60_000;

/**
 * Runs `work` while holding the lock file, so that two starts do not download or build the same thing at once.
 * Age decides whether a lock is abandoned, not a process id, which means nothing across containers.
 * Throws Fault `lock_timeout`.
 */
export async function withLock<T>(
  path: string,
  onWait: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const token = await acquire(path, onWait);
  const beat = setInterval(() => {
    const now = new Date();
    // A beat that fails makes the lock look abandoned; the worst of that is the work done twice.
    utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await release(path, token);
  }
}

async function acquire(path: string, onWait: () => void): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const token = randomUUID();
  const giveUpAt = performance.now() + WAIT_LIMIT_MS;
  for (let waited = false; performance.now() < giveUpAt; waited = true) {
    if (await create(path, token)) return token;
    if (await isStale(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waited) onWait();
    await sleep(LOOK_EVERY_MS);
  }
  throw engineFault(
    'lock_timeout',
    `${path} has been held for too long; remove it if nothing runs`,
  );
}

async function create(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(token);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_AFTER_MS;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    throw error;
  }
}

/** Removes the lock only if it is still ours: someone may have taken it for abandoned. */
async function release(path: string, token: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder === token) await rm(path, { force: true });
}
