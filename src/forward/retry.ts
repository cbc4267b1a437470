const FIRST_WAIT_MS = 1_000;
/** Soon enough after an outage of days, and no burden on what is just starting again. */
const LONGEST_WAIT_MS = 60_000;
/** A mistaken answer must not silence a detector for a day. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

/** How long to wait after so many failures in a row: doubled each time, and by half at random, so that many do not come at once. */
export function waitMs(failures: number, random: () => number): number {
  const most = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30), LONGEST_WAIT_MS);
  return Math.round(most / 2 + (most / 2) * random());
}

/** RFC 9110, 10.2.3: seconds or a date. Null for anything else. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
