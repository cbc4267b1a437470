/**
 * The event times, in order, that a counter must be told of: with these alone every window (t - windowMs, t] holds the
 * threshold exactly where it does with all of them, whatever else it holds, and in whatever order they come. In epoch ms.
 *
 * Time is cut into cells of half a window. A window covers a cell whole, or its beginning, or its end, and each of these
 * still holds the threshold, or all that it held, where the first and the last so many of every cell are kept.
 */
export function thinned(times: readonly number[], threshold: number, windowMs: number): number[] {
  const cells = new Map<number, number[]>();
  for (const time of times.toSorted((a, b) => a - b)) {
    const cell = Math.floor((2 * time) / windowMs);
    const others = cells.get(cell);
    if (others === undefined) cells.set(cell, [time]);
    else others.push(time);
  }
  return [...cells.values()].flatMap((cell) => ends(cell, threshold));
}

function ends(cell: readonly number[], most: number): readonly number[] {
  return cell.length <= 2 * most ? cell : [...cell.slice(0, most), ...cell.slice(-most)];
}
