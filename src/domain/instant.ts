/** Epoch milliseconds of an instant written in ISO 8601. Reads no clock, so that time stays an argument. */
export function epochMs(instant: string): number {
  return Date.parse(instant);
}
