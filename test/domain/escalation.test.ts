import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  countAll,
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

describe('a flood of more than is kept', () => {
  const THRESHOLD = 25;
  const FLOOD = 3 * MOST_COUNTED;
  const QUIET = 30;

  /** A quiet window with some incidents of its own, then a loud one with all the others, in any order. */
  function flood(seed: number): Occurrence[] {
    const random = lcg(seed);
    const occurrences = Array.from({ length: FLOOD }, (_, n) => {
      const isQuiet = n < QUIET;
      const at_ms = Math.floor(random() * WINDOW_MS) + (isQuiet ? 0 : WINDOW_MS);
      const incident_id = isQuiet ? `quiet-${n % 15}` : `loud-${n % 10}`;
      return { incident_id, key: `${n}`, at_ms, threshold: THRESHOLD, window_ms: WINDOW_MS };
    });
    return shuffled(occurrences, random);
  }

  function plainCount(occurrences: readonly Occurrence[]): Set<string> {
    const isFull = ({ at_ms: t }: Occurrence) =>
      occurrences.filter(({ at_ms }) => at_ms > t - WINDOW_MS && at_ms <= t).length >= THRESHOLD;
    return new Set(occurrences.filter(isFull).map(({ incident_id }) => incident_id));
  }

  it('escalates whom a plain count escalates, each once, in whatever order it comes', () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const occurrences = flood(seed);
      const escalated: string[] = [];
      let window = EMPTY_WINDOW;
      for (let from = 0; from < FLOOD; from += 100) {
        // Some are told again, as after an answer that was lost.
        const counted = countAll(window, occurrences.slice(Math.max(0, from - 50), from + 100));
        ({ window } = counted);
        escalated.push(...counted.escalated.map(({ incident_id }) => incident_id));
        expect(window.counted.length).toBeLessThanOrEqual(MOST_COUNTED);
      }
      const due = plainCount(occurrences);
      expect(due.size).toBeLessThan(25);
      expect(escalated.toSorted(), `seed ${seed}`).toEqual([...due].toSorted());
    }
  });
});

describe('several occurrences of one incident', () => {
  const about = { threshold: 3, window_ms: WINDOW_MS };
  const further = (incident_id: string, key: string, at_ms: number): Occurrence => {
    return { ...about, incident_id, key, at_ms };
  };
  const began = { ...about, incident_id: 'a', at_ms: 0 };

  it('count as several, and escalate it as three incidents would', () => {
    const { window } = countAll(EMPTY_WINDOW, [began, further('a', 'a/1', 1)]);
    expect(count(window, further('a', 'a/2', 2)).escalated).toEqual([
      { incident_id: 'a', count: 3 },
    ]);
  });

  it('escalate it once', () => {
    const all = [began, ...[1, 2, 3, 4].map((at) => further('a', `a/${at}`, at))];
    expect(countAll(EMPTY_WINDOW, all).escalated).toEqual([{ incident_id: 'a', count: 3 }]);
    const { window } = countAll(EMPTY_WINDOW, all);
    expect(count(window, further('a', 'a/5', 5)).escalated).toEqual([]);
  });

  it('fill the window of others', () => {
    const { window } = countAll(EMPTY_WINDOW, [began, further('a', 'a/1', 1)]);
    const other = { ...about, incident_id: 'b', at_ms: 2 };
    expect(count(window, other).escalated).toEqual([{ incident_id: 'b', count: 3 }]);
  });

  it('are each counted once, however often they are told', () => {
    const twice = [began, began, further('a', 'a/1', 1), further('a', 'a/1', 1)];
    const { window, escalated } = countAll(EMPTY_WINDOW, twice);
    expect(escalated).toEqual([]);
    expect(window.counted).toHaveLength(2);
    expect(countAll(window, twice)).toEqual({ window, escalated: [] });
  });
});

describe('many at once', () => {
  const occurrences = fc.array(
    fc.record({
      incident_id: fc.constantFrom('a', 'b', 'c', 'd'),
      key: fc.uuid(),
      at_ms: fc.integer({ min: 0, max: 5_000 }),
      threshold: fc.constant(3),
      window_ms: fc.constant(WINDOW_MS),
    }),
    { maxLength: 30 },
  );
  const one = (window: EscalationWindow, all: readonly Occurrence[]) =>
    all.reduce<ReturnType<typeof count>>(
      (before, occurrence) => {
        const { window: after, escalated } = count(before.window, occurrence);
        return { window: after, escalated: [...before.escalated, ...escalated] };
      },
      { window, escalated: [] },
    );

  it('escalate whom they escalate one after another, in the order of their time', () => {
    fc.assert(
      fc.property(occurrences, occurrences, (earlier, all) => {
        // One key is one occurrence: what comes again comes with its own time.
        const before = earlier.map((each) => ({ ...each, key: `earlier ${each.key}` }));
        const { window, escalated } = countAll(EMPTY_WINDOW, before);
        const inOrder = all.toSorted((a, b) => a.at_ms - b.at_ms);
        const together = countAll(window, all);
        const singly = one(window, inOrder);
        // An incident may be told again of what it was told two windows before, which changes nothing.
        const names = (counting: typeof singly) =>
          new Set([...escalated, ...counting.escalated].map(({ incident_id }) => incident_id));
        expect(names(together)).toEqual(names(singly));
        const byKey = (counting: typeof singly) =>
          new Map(counting.window.counted.map((c) => [c.key, c]));
        expect(byKey(together)).toEqual(byKey(singly));
      }),
    );
  });

  it('are all counted before any is forgotten', () => {
    const all = Array.from({ length: 2 * MOST_COUNTED }, (_, i) => {
      return {
        incident_id: i < 3 ? 'old' : 'new',
        key: `${i}`,
        at_ms: i,
        threshold: 3,
        window_ms: 9,
      };
    });
    const { window, escalated } = countAll(EMPTY_WINDOW, all);
    expect(escalated.map(({ incident_id }) => incident_id)).toEqual(['old', 'new']);
    expect(window.counted.length).toBeLessThanOrEqual(MOST_COUNTED);
  });
});

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

/** Numerical Recipes' generator: the same sequence on every machine. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}
