/** A connection is not held for longer; who wants more follows the events. Seconds. */
export const LONGEST_WAIT_S = 30;

/** The seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 30; null where none are asked, or not well. */
export function preferredWait(header: string | undefined): number | null {
  for (const preference of (header ?? '').split(',')) {
    const wait = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference)?.[1];
    if (wait !== undefined) return Math.min(Number.parseInt(wait, 10), LONGEST_WAIT_S);
  }
  return null;
}
