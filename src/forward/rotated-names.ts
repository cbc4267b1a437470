import { basename, extname } from 'node:path';

/** Digits as in `1`, `20261126`, `2026-11-26T06-33-44.123`, `20261126-1795674824`. */
const STAMP = String.raw`\d[\dTZ.:_-]*`;

/** What a log file may be called once it was rotated. */
interface RotatedName {
  name: string;
  /** With neither the end `.gz`. */
  plain: string;
  stamp: string;
}

/**
 * Of the names in a directory those of a log file and of what it was rotated to, the oldest first, the file itself last.
 * logrotate: `log.1`, `log.2.gz`, with `dateext` `log-20261126`, with `extension` before it. lumberjack, which Tetragon and
 * Hubble use: `log-2026-11-26T06-33-44.123.json`. Of one that is there twice, because it is just being compressed, the
 * plain one: it alone is whole for certain.
 */
export function rotatedNames(path: string, names: readonly string[]): string[] {
  const own = basename(path);
  const plain = new Set(names);
  const rotated = names
    .map((name) => parse(own, name))
    .filter((found) => found !== null)
    .filter(({ name, plain: uncompressed }) => name === uncompressed || !plain.has(uncompressed))
    .toSorted(byAge)
    .map(({ name }) => name);
  return plain.has(own) ? [...rotated, own] : rotated;
}

function parse(own: string, name: string): RotatedName | null {
  const plain = name.replace(/\.gz$/, '');
  const extension = extname(own);
  const stem = own.slice(0, own.length - extension.length);
  for (const [before, after] of [
    [own, ''],
    [stem, extension],
  ] as const) {
    if (!plain.startsWith(before) || !plain.endsWith(after)) continue;
    const middle = plain.slice(before.length, plain.length - after.length);
    const [, stamp] = new RegExp(`^[.-](${STAMP})$`).exec(middle) ?? [];
    if (stamp !== undefined) return { name, plain, stamp };
  }
  return null;
}

/** By date, the earliest first; then by number, the highest first. */
function byAge(a: RotatedName, b: RotatedName): number {
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first === null && second === null) return a.stamp < b.stamp ? -1 : 1;
  if (first === null) return -1;
  return second === null ? 1 : second - first;
}

/** A number of few digits is no date. */
function numberOf({ stamp }: RotatedName): number | null {
  return /^\d{1,5}$/.test(stamp) ? Number(stamp) : null;
}
