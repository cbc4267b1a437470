import { expect, it } from 'vitest';
import { fewAtATime } from '../../activities/few-at-a-time.ts';

it('lets so many go on for one key, answers the others at once, and counts those that fail', async () => {
  const few = fewAtATime(2, 'busy');
  const gates = [0, 1, 2].map(() => Promise.withResolvers<string>());
  const [first, second, other] = gates;
  const going = [
    few('a', () => first?.promise ?? Promise.reject()),
    few('a', () => second?.promise ?? Promise.reject()),
  ];
  expect(await few('a', async () => 'third')).toBe('busy');
  const apart = few('b', () => other?.promise ?? Promise.reject());
  first?.reject(new Error('it fell over'));
  await expect(going[0]).rejects.toThrow('it fell over');
  expect(await few('a', async () => 'in its place')).toBe('in its place');
  second?.resolve('second');
  other?.resolve('other');
  expect([await going[1], await apart]).toEqual(['second', 'other']);
});
