import { expect, test } from 'vitest';
import { once } from '../../src/domain/once.ts';

test('is made when it is first asked for, and is the same from then on', () => {
  let made = 0;
  const value = once(() => ({ number: (made += 1) }));
  expect(made).toBe(0);
  expect(value()).toBe(value());
  expect(made).toBe(1);
});

test('what came to nothing is not made again', () => {
  let made = 0;
  const nothing = once(() => void (made += 1));
  nothing();
  nothing();
  expect(made).toBe(1);
});
