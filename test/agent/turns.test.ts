import { expect, it } from 'vitest';
import { createTurns } from '../../src/agent/turns.ts';

it('those with one key act one after the other, also after one that failed, and others at once', async () => {
  const turns = createTurns();
  const said: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take('a', async () => {
    await gate.promise;
    said.push('first');
    throw new Error('failed');
  });
  const second = turns.take('a', async () => said.push('second'));
  await turns.take('b', async () => said.push('other'));
  expect(said).toEqual(['other']);
  gate.resolve();
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(said).toEqual(['other', 'first', 'second']);
});
