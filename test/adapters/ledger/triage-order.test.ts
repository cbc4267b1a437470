import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT_MS } from '../../support/admissions.ts';
import { MINUTE } from '../../support/alerts.ts';
import { alertDesk } from '../../support/alert-desk.ts';
import { LEDGER_KINDS } from '../../support/ledgers.ts';
import { triaged } from '../../support/triaged.ts';

/** Enough to find what depends on an order; PostgreSQL takes longer for each. */
const RUNS = 25;

/** When alerts happened, in which order they come, some more than once, and how many in one call. */
const stories = fc
  .array(fc.integer({ min: 0, max: 4 * MINUTE }), { minLength: 1, maxLength: 12 })
  .chain((times) =>
    fc.record({
      times: fc.constant(times),
      first: fc.shuffledSubarray([...times.keys()]),
      rest: fc.shuffledSubarray([...times.keys()], { minLength: times.length }),
      sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
    }),
  );

/** Whether some window that holds the time holds three, by trying every one. */
function isMany(times: readonly number[], at: number): boolean {
  return times.some((begin) => {
    const isInside = (time: number) => time >= begin && time < begin + MINUTE;
    return isInside(at) && times.filter(isInside).length >= 3;
  });
}

describe.each(LEDGER_KINDS)('the alerts of a burst in the ledger on $name', (kind) => {
  it('are the same in whatever order, grouping and number they come', async () => {
    const { ledger, bring } = await alertDesk(kind);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(stories, async ({ times, first, rest, sizes }) => {
        const run = (runs += 1);
        const alerts = times.map((time, at) =>
          triaged(run * 100 + at, AT_MS + time, { counter: `extension ${run}` }),
        );
        const coming = [...first, ...rest].flatMap((at) => alerts[at] ?? []);
        for (let turn = 0; coming.length > 0; turn += 1) {
          await bring(coming.splice(0, sizes[turn % sizes.length]));
        }
        const { alerts: listed } = await ledger.alerts.list({ limit: 1_000 });
        const outcomes = new Map(listed.map(({ identity, outcome }) => [identity, outcome]));
        const logged = alerts.map(({ mark }) => outcomes.get(mark.identity) === 'logged');
        expect(logged).toEqual(times.map((time) => !isMany(times, time)));
        const opened = alerts.filter(({ mark }) => outcomes.get(mark.identity) === 'incident');
        expect(opened).toHaveLength(logged.includes(false) ? 1 : 0);
      }),
      { numRuns: RUNS },
    );
  });
});
