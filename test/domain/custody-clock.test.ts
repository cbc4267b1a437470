import { describe, expect, it } from 'vitest';
import {
  advance,
  begin,
  type ClockReading,
  type CustodyClock,
} from '../../src/domain/custody-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** A reading of boot `a`, or another, this long after the start by either clock. */
const at = (wallMs: number, bootMs = wallMs, boot_id = 'a'): ClockReading => {
  return { boot_id, wall_ms: START + wallMs, boottime_ms: bootMs };
};

const passed = (clock: CustodyClock): number => clock.trusted_ms - START;
const readOneByOne = (...readings: ClockReading[]) =>
  readings.reduce((clock, reading) => advance(clock, reading), begin(at(0), null));

describe('the custody clock', () => {
  it('begins with the wall clock where nothing was written before', () => {
    expect(passed(begin(at(0), null))).toBe(0);
  });

  it('begins with what was written last where the wall clock has leapt ahead of it', () => {
    expect(passed(begin(at(91 * DAY), START))).toBe(0);
    expect(passed(begin(at(-DAY), START))).toBe(-DAY);
  });

  it('goes on with the clocks of a machine that stays up', () => {
    expect(passed(readOneByOne(at(HOUR), at(2 * HOUR), at(50 * HOUR)))).toBe(50 * HOUR);
  });

  it('is not moved by a wall clock that leaps ahead', () => {
    expect(passed(readOneByOne(at(91 * DAY, HOUR)))).toBe(HOUR);
    expect(passed(readOneByOne(at(91 * DAY, HOUR), at(91 * DAY + HOUR, 2 * HOUR)))).toBe(2 * HOUR);
  });

  it('stands still while the wall clock is set back, and goes on after that', () => {
    const back = readOneByOne(at(HOUR), at(-DAY, 2 * HOUR));
    expect(passed(back)).toBe(HOUR);
    expect(passed(advance(back, at(-DAY + HOUR, 3 * HOUR)))).toBe(2 * HOUR);
  });

  it('is not moved by a boot that is new, nor by what it counts from before it was read', () => {
    expect(passed(readOneByOne(at(HOUR), at(9 * HOUR, 5 * HOUR, 'b')))).toBe(HOUR);
    const on = readOneByOne(at(HOUR), at(9 * HOUR, 5 * HOUR, 'b'), at(11 * HOUR, 7 * HOUR, 'b'));
    expect(passed(on)).toBe(3 * HOUR);
  });

  it('is not moved by a boot-time clock that runs backwards', () => {
    expect(passed(readOneByOne(at(HOUR), at(3 * HOUR, 0)))).toBe(HOUR);
  });

  it('counts an hour once that several machines have counted', () => {
    const boots = ['a', 'b', 'c'];
    let clock = begin(at(0), null);
    for (let hour = 0; hour <= 48; hour += 1) {
      for (const boot of boots) clock = advance(clock, at(hour * HOUR, hour * HOUR, boot));
    }
    expect(passed(clock)).toBe(48 * HOUR);
  });

  it('is carried on by one machine while another is away, and by that one when it is back', () => {
    const away = readOneByOne(at(HOUR), at(HOUR, HOUR, 'b'), at(9 * HOUR, 9 * HOUR, 'b'));
    expect(passed(away)).toBe(9 * HOUR);
    expect(passed(advance(away, at(12 * HOUR)))).toBe(12 * HOUR);
  });

  it('is never ahead of the time that has passed, whatever the wall clocks do', () => {
    let clock = begin(at(0), null);
    const leaps = [0, 400 * DAY, -400 * DAY, 3 * HOUR, -1, 91 * DAY];
    for (let hour = 0; hour < 240; hour += 1) {
      const boot = `boot-${Math.floor(hour / 7) % 3}`;
      const leap = leaps[hour % leaps.length] ?? 0;
      clock = advance(clock, at(hour * HOUR + leap, hour * HOUR, boot));
      expect(passed(clock)).toBeLessThanOrEqual(hour * HOUR);
    }
  });

  it('catches up with a time that others answer for, and not with an earlier one', () => {
    const lagging = readOneByOne(at(HOUR), at(30 * DAY, 0, 'b'));
    const vouched = advance(lagging, at(30 * DAY, 0, 'b'), START + 30 * DAY);
    expect(passed(vouched)).toBe(30 * DAY);
    expect(passed(advance(vouched, at(30 * DAY, 0, 'b'), START))).toBe(30 * DAY);
    expect(passed(advance(vouched, at(30 * DAY + HOUR, HOUR, 'b')))).toBe(30 * DAY + HOUR);
  });

  it('forgets boots that are long past, and never where it has come to', () => {
    let clock = begin(at(0), null);
    for (let boot = 0; boot < 500; boot += 1) {
      clock = advance(clock, at(boot * HOUR, 0, `b${boot}`));
      clock = advance(clock, at(boot * HOUR + 60_000, 60_000, `b${boot}`));
    }
    expect(clock.sources.length).toBeLessThanOrEqual(64);
    expect(passed(clock)).toBe(500 * 60_000);
  });
});
