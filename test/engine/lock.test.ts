import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withLock } from '../../src/engine/lock.ts';
import { scratch } from './scratch.ts';

it('takes over a lock whose holder died a minute ago, without waiting', async () => {
  const lock = join(scratch(), 'lock');
  writeFileSync(lock, 'someone');
  const aMinuteAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, aMinuteAgo, aMinuteAgo);
  const waited: string[] = [];
  expect(
    await withLock(
      lock,
      () => waited.push('waited'),
      async () => 'done',
    ),
  ).toBe('done');
  expect(waited).toEqual([]);
});

it('lets go of the lock when the work fails', async () => {
  const lock = join(scratch(), 'lock');
  const failing = withLock(
    lock,
    () => {},
    () => Promise.reject(new Error('no')),
  );
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});

it('leaves alone a lock that another took in the meantime', async () => {
  const lock = join(scratch(), 'lock');
  await withLock(
    lock,
    () => {},
    async () => writeFileSync(lock, 'another'),
  );
  expect(existsSync(lock)).toBe(true);
});
