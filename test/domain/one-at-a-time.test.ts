import { expect, test } from 'vitest';
import { oneAtATime } from '../../src/domain/one-at-a-time.ts';

test('what comes while something is done begins when that has ended', async () => {
  const inTurn = oneAtATime();
  const told: string[] = [];
  const work = (name: string) => async () => {
    told.push(`${name} begins`);
    await Promise.resolve();
    told.push(`${name} ends`);
  };
  await Promise.all([inTurn(work('one')), inTurn(work('two'))]);
  expect(told).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

test('what fails tells its caller, and the next goes on', async () => {
  const inTurn = oneAtATime();
  const failing = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(async () => 'done');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});
