import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRate } from '../../../src/shim/alerts/rate.ts';

const LIMIT = { per_second: 10, burst: 100 };

function rateAt(start = 0) {
  const clock = { ms: start };
  const beyond: string[] = [];
  const rate = createRate(
    () => clock.ms,
    (sender) => beyond.push(sender),
  );
  return { clock, beyond, rate };
}

describe('a sender', () => {
  it('may spend its burst at once, and waits for what it owes', () => {
    const { rate, clock } = rateAt();
    expect(rate.wait('a', LIMIT)).toBe(0);
    rate.spend('a', LIMIT, 100);
    expect(rate.wait('a', LIMIT)).toBe(1);
    clock.ms += 100;
    expect(rate.wait('a', LIMIT)).toBe(0);
  });

  it('may send more at once than its burst, and waits the longer', () => {
    const { rate, clock } = rateAt();
    rate.spend('a', LIMIT, 1_000);
    expect(rate.wait('a', LIMIT)).toBe(91);
    clock.ms += 91_000;
    expect(rate.wait('a', LIMIT)).toBe(0);
  });

  it('costs no other sender anything', () => {
    const { rate } = rateAt();
    rate.spend('a', LIMIT, 1_000);
    expect(rate.wait('b', LIMIT)).toBe(0);
  });

  it('that goes on beyond its rate is told of once, and again when it begins anew', () => {
    const { rate, clock, beyond } = rateAt();
    rate.spend('a', LIMIT, 100);
    for (let n = 0; n < 50; n++) {
      rate.wait('a', LIMIT);
      clock.ms += 1_000;
      rate.spend('a', LIMIT, 10);
    }
    expect(beyond).toEqual(['a']);
    clock.ms += 10_000;
    expect(rate.wait('a', LIMIT)).toBe(0);
    rate.spend('a', LIMIT, 101);
    rate.wait('a', LIMIT);
    expect(beyond).toEqual(['a', 'a']);
  });

  it('neither gains nor loses by a clock that is set back', () => {
    const { rate, clock } = rateAt(1_000_000);
    rate.spend('a', LIMIT, 100);
    clock.ms = 0;
    expect(rate.wait('a', LIMIT)).toBe(1);
    clock.ms += 1_000;
    expect(rate.wait('a', LIMIT)).toBe(0);
  });

  it('never sends more than its burst and its rate together, one delivery apart', () => {
    const steps = fc.array(fc.record({ ms: fc.nat(2_000), cost: fc.integer({ min: 1, max: 50 }) }));
    fc.assert(
      fc.property(steps, (sent) => {
        const { rate, clock } = rateAt();
        let spent = 0;
        let last = 0;
        for (const { ms, cost } of sent) {
          clock.ms += ms;
          if (rate.wait('a', LIMIT) > 0) continue;
          rate.spend('a', LIMIT, cost);
          spent += cost;
          last = cost;
        }
        const allowed = LIMIT.burst + (clock.ms / 1_000) * LIMIT.per_second;
        expect(spent).toBeLessThanOrEqual(allowed + last + 1e-6);
      }),
    );
  });
});
