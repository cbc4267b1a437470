import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinned } from '../../src/domain/thinned.ts';

const inWindow = (times: readonly number[], t: number, windowMs: number) =>
  times.filter((time) => time > t - windowMs && time <= t).length;

/** Few instants for many times, so that some are of one instant and others of one cell. */
const cases = fc.record({
  times: fc.array(fc.integer({ min: -60, max: 60 }), { maxLength: 80 }),
  threshold: fc.integer({ min: 1, max: 6 }),
  windowMs: fc.integer({ min: 1, max: 40 }),
});

describe('the thinned times', () => {
  it('fill every window exactly as far as all of them do', () => {
    fc.assert(
      fc.property(cases, ({ times, threshold, windowMs }) => {
        const kept = thinned(times, threshold, windowMs);
        for (let t = -120; t <= 120; t += 1) {
          const filled = Math.min(threshold, inWindow(kept, t, windowMs));
          expect(filled).toBe(Math.min(threshold, inWindow(times, t, windowMs)));
        }
      }),
    );
  });

  it('are some of them, in order', () => {
    fc.assert(
      fc.property(cases, ({ times, threshold, windowMs }) => {
        const kept = thinned(times, threshold, windowMs);
        expect(kept).toEqual(kept.toSorted((a, b) => a - b));
        const left = times.toSorted((a, b) => a - b);
        for (const time of kept) {
          const at = left.indexOf(time);
          expect(at).toBeGreaterThanOrEqual(0);
          left.splice(at, 1);
        }
      }),
    );
  });

  it('are few, however many came', () => {
    const flood = Array.from({ length: 10_000 }, (_, i) => i);
    expect(thinned(flood, 3, 20_000)).toEqual([0, 1, 2, 9_997, 9_998, 9_999]);
    expect(thinned(flood, 3, 10_000)).toHaveLength(12);
  });

  it('are all of them where they are few', () => {
    expect(thinned([9, 1, 9, 5], 2, 20)).toEqual([1, 5, 9, 9]);
    expect(thinned([], 2, 20)).toEqual([]);
  });
});
