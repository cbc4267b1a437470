import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pin } from '../../../src/agent/subjects/pinned-process.ts';

it('gives nothing of whoever comes after the process that it holds on to', async () => {
  const child = spawn('sleep', ['600']);
  await once(child, 'spawn');
  const pinned = pin(child.pid ?? 0);
  expect(pinned?.isThere()).toBe(true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(pinned?.isThere()).toBe(false);
  expect(() => readFileSync(`${pinned?.dir}/stat`)).toThrow(/^ESRCH/);
  pinned?.close();
  expect(pin(child.pid ?? 0)).toBeNull();
});
