import { describe, expect, it } from 'vitest';
import {
  count,
  EMPTY_WINDOW,
  MOST_COUNTED,
  type EscalationWindow,
  type Occurrence,
} from '../../src/domain/escalation.ts';

const WINDOW_MS = 1_000;

/** Whoever escalates when these occur, in this order; each is named by its place unless it is named. */
function escalatedBy(instants: number[], threshold = 3, ids = instants.map((_, i) => `${i}`)) {
  return instants.flatMap(counter(threshold, ids)).map(({ incident_id }) => incident_id);
}

function counter(threshold: number, ids: string[]) {
  let window: EscalationWindow = EMPTY_WINDOW;
  return (at_ms: number, i: number) => {
    const occurrence: Occurrence = {
      incident_id: ids[i] ?? '',
      at_ms,
      threshold,
      window_ms: WINDOW_MS,
    };
    const counted = count(window, occurrence);
    ({ window } = counted);
    return counted.escalated;
  };
}

describe('count', () => {
  it.each([
    ['the one that reaches the threshold, and each later one', [0, 1, 2, 3], ['2', '3']],
    ['nobody, when they are too few', [0, 1], []],
    ['nobody, when the first is exactly one window old', [0, 500, 1_000], []],
    ['the last, when the first is a millisecond younger', [1, 500, 1_000], ['2']],
    ['nobody again, once the window has slid on', [0, 1, 2, 1_002, 1_003], ['2']],
    ['all that are of one instant, once they are enough', [7, 7, 7], ['0', '1', '2']],
    ['the newest, when an older one arrives last', [1, 2, 0], ['1']],
    ['every one whose window a late one completes', [1, 2, 3, 0], ['2', '1']],
    ['nobody, when a late one is too old for the windows that are open', [1_500, 1_501, 500], []],
  ])('escalates %s', (_who, instants, escalated) => {
    expect(escalatedBy(instants).toSorted()).toEqual(escalated.toSorted());
  });

  it('escalates each at a threshold of one', () => {
    expect(escalatedBy([0, 5_000, 5_000], 1)).toEqual(['0', '1', '2']);
  });

  it('counts an incident once, however often it is told of it', () => {
    expect(escalatedBy([0, 0, 0, 1], 3, ['a', 'a', 'a', 'b'])).toEqual([]);
    expect(escalatedBy([0, 1, 1, 2, 2], 3, ['a', 'b', 'b', 'c', 'c'])).toEqual(['c']);
  });

  it('tells how many stood in the window', () => {
    const told = [0, 1, 2, 3].flatMap(counter(3, ['a', 'b', 'c', 'd']));
    expect(told.map((escalated) => escalated.count)).toEqual([3, 4]);
  });

  it('keeps no more than can still matter', () => {
    const about = { threshold: MOST_COUNTED, window_ms: WINDOW_MS };
    let window: EscalationWindow = EMPTY_WINDOW;
    const occur = (incident_id: string, at_ms: number) => {
      ({ window } = count(window, { ...about, incident_id, at_ms }));
    };
    for (let i = 0; i < MOST_COUNTED + 5; i += 1) occur(`${i}`, 100);
    expect(window.counted).toHaveLength(MOST_COUNTED);
    occur('later', 99 + 2 * WINDOW_MS);
    expect(window.counted).toHaveLength(MOST_COUNTED);
    occur('last', 100 + 2 * WINDOW_MS);
    expect(window.counted.map(({ incident_id }) => incident_id)).toEqual(['later', 'last']);
  });

  it('agrees with a plain count over shuffled arrivals, as long as none is late by a window', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = lcg(seed);
      const instants = Array.from({ length: 12 }, () => Math.floor(random() * 900));
      const expected = instants.flatMap((at, i) => {
        const within = instants.filter((other) => other > at - WINDOW_MS && other <= at).length;
        return within >= 5 ? [`${i}`] : [];
      });
      expect(escalatedBy(instants, 5).toSorted(), `seed ${seed}`).toEqual(expected.toSorted());
    }
  });
});

/** Numerical Recipes' generator: the same sequence on every machine. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}
