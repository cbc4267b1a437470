import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullestWindow } from '../../src/domain/fullest-window.ts';
import { thinned } from '../../src/domain/thinned.ts';

const WINDOW_MS = 60;
const times = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 30 });

test.each([
  ['itself alone', [100], 100, 1],
  ['those before it', [50, 99, 100], 100, 3],
  ['those after it', [100, 110, 159], 100, 3],
  ['those around it', [80, 100, 130], 100, 3],
  ['none that is a whole window away', [40, 100, 160], 100, 1],
  ['no more than stand in one window', [50, 60, 100, 115, 118, 119], 100, 5],
  ['each that came at the same time', [100, 100, 100], 100, 3],
])('the fullest window of a time holds %s', (_, all, at, most) => {
  expect(fullestWindow(all.toReversed(), at, WINDOW_MS)).toBe(most);
});

test('it is the fullest of all windows that hold the time', () => {
  fc.assert(
    fc.property(times, fc.nat(29), (all, place) => {
      const at = all[place % all.length] ?? 0;
      const begins = Array.from({ length: WINDOW_MS }, (_, back) => at - back);
      const sizes = begins.map(
        (begin) => all.filter((time) => time >= begin && time < begin + WINDOW_MS).length,
      );
      expect(fullestWindow(all, at, WINDOW_MS)).toBe(Math.max(...sizes));
    }),
  );
});

test('whether it is many is the same where the others are thinned', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 300 }), (all, at) => {
      const isMany = (others: number[]) => fullestWindow([...others, at], at, WINDOW_MS) >= 3;
      expect(isMany(thinned(all, 3, WINDOW_MS))).toBe(isMany(all));
    }),
  );
});
