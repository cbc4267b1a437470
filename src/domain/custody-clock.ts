/** What one machine's clocks say: CLOCK_REALTIME and CLOCK_BOOTTIME in ms, and which boot the latter counts from. */
export interface ClockReading {
  boot_id: string;
  wall_ms: number;
  boottime_ms: number;
}

/** One boot of one machine, as it was last read, and what the custody clock had come to there. */
export interface ClockSource extends ClockReading {
  trusted_ms: number;
}

/**
 * The time by which evidence expires: never ahead of the true time as long as it was not at its beginning, whatever
 * is done to the wall clocks.
 */
export interface CustodyClock {
  trusted_ms: number;
  sources: readonly ClockSource[];
}

/** Boots that are remembered; one that was forgotten begins anew, which only costs time. */
const MOST_SOURCES = 64;

/**
 * Takes in a reading. On the boot that was read before, time has gone on by the lesser of what its two clocks say; a
 * boot that is new brings no time of its own. Several machines count beside each other, and the one that is ahead is
 * believed: none of them can have counted more than has passed. `vouchedMs` is a time that others answer for, such as
 * that of an RFC 3161 token.
 */
export function advance(clock: CustodyClock, reading: ClockReading, vouchedMs = 0): CustodyClock {
  const own = clock.sources.find(({ boot_id }) => boot_id === reading.boot_id);
  const counted = own === undefined ? 0 : own.trusted_ms + elapsed(own, reading);
  const trusted_ms = Math.max(clock.trusted_ms, counted, vouchedMs);
  const others = clock.sources.filter((source) => source !== own);
  return { trusted_ms, sources: [{ ...reading, trusted_ms }, ...newest(others)] };
}

/** A clock that has not run yet: at the earlier of the wall clock and what was written by one before. */
export function begin(reading: ClockReading, writtenMs: number | null): CustodyClock {
  const trusted_ms = Math.min(reading.wall_ms, writtenMs ?? reading.wall_ms);
  return { trusted_ms, sources: [{ ...reading, trusted_ms }] };
}

/** By how much the wall clock was ahead when it was last read: evidence is kept for that much longer. In ms. */
export function lagOf({ trusted_ms, sources }: CustodyClock): number {
  const leading = sources.find((source) => source.trusted_ms === trusted_ms);
  return leading === undefined ? 0 : Math.max(0, leading.wall_ms - trusted_ms);
}

function elapsed(before: ClockReading, now: ClockReading): number {
  const byWall = now.wall_ms - before.wall_ms;
  const byBoot = now.boottime_ms - before.boottime_ms;
  return Math.max(0, Math.min(byWall, byBoot));
}

function newest(sources: readonly ClockSource[]): ClockSource[] {
  return sources.toSorted((a, b) => b.trusted_ms - a.trusted_ms).slice(0, MOST_SOURCES - 1);
}
