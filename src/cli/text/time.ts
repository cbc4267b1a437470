const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `850 ms`, `12 s`, `4 m 10 s`, `3 h 5 m`, `2 d 4 h`: two units at most, the sign left out. */
export function duration(ms: number): string {
  const span = Math.abs(Math.round(ms));
  if (span < 1_000) return `${span} ms`;
  if (span < MINUTE_MS) return `${Math.floor(span / 1_000)} s`;
  if (span < HOUR_MS) return two(span, MINUTE_MS, 'm', 1_000, 's');
  if (span < DAY_MS) return two(span, HOUR_MS, 'h', MINUTE_MS, 'm');
  return two(span, DAY_MS, 'd', HOUR_MS, 'h');
}

/** `2026-03-14 12:00:07Z` of an ISO instant in UTC; '' of ''. */
export function moment(instant: string): string {
  return instant === '' ? '' : `${instant.slice(0, 19).replace('T', ' ')}Z`;
}

function two(span: number, whole: number, unit: string, part: number, small: string): string {
  const rest = Math.floor((span % whole) / part);
  const head = `${Math.floor(span / whole)} ${unit}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
}
