/**
 * The event times, in order, that a counter must be told of: with these alone every window (t - windowMs, t] holds the
 * threshold exactly where it does with all of them, whatever else it holds, and in whatever order they come. In epoch ms.
 */
export function thinned(times: readonly number[], threshold: number, windowMs: number): number[] {
  return thinnedBy(times, (time) => time, threshold, windowMs);
}

/**
 * The same for what has an event time; it holds for every window that is not shorter than windowMs.
 *
 * Time is cut into cells of half a window. A window covers a cell whole, or its beginning, or its end, and each of these
 * still holds the threshold, or all that it held, where the first and the last so many of every cell are kept.
 */
export function thinnedBy<T>(
  all: readonly T[],
  atMs: (one: T) => number,
  threshold: number,
  windowMs: number,
): T[] {
  const cells = new Map<number, T[]>();
  for (const one of all.toSorted((a, b) => atMs(a) - atMs(b))) {
    const cell = Math.floor((2 * atMs(one)) / windowMs);
    const others = cells.get(cell);
    if (others === undefined) cells.set(cell, [one]);
    else others.push(one);
  }
  return [...cells.values()].flatMap((cell) => ends(cell, threshold));
}

function ends<T>(cell: readonly T[], most: number): readonly T[] {
  return cell.length <= 2 * most ? cell : [...cell.slice(0, most), ...cell.slice(-most)];
}
