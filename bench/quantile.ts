/** The q-quantile of the values (nearest rank), rounded to a tenth; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
  return value === undefined ? Number.NaN : Math.round(value * 10) / 10;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
