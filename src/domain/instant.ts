/** Epoch milliseconds of an instant written in ISO 8601. Reads no clock, so that time stays an argument. */
export function epochMs(instant: string): number {
  return Date.parse(instant);
}

/** The same the other way round: in UTC, to the millisecond. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
