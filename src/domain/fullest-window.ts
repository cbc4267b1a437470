/**
 * How many of the times stand in the fullest window that holds the one asked about, which is one of them. Two times of a
 * window are less than `windowMs` apart. Epoch ms, in any order.
 */
export function fullestWindow(times: readonly number[], atMs: number, windowMs: number): number {
  const near = times.filter((time) => Math.abs(time - atMs) < windowMs).toSorted((a, b) => a - b);
  let end = 0;
  let most = 0;
  for (const [begin, from] of near.entries()) {
    if (from > atMs) break;
    while ((near[end] ?? Infinity) < from + windowMs) end += 1;
    most = Math.max(most, end - begin);
  }
  return most;
}
