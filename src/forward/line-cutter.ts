import { createHash, type Hash } from 'node:crypto';

/** The largest alerts of detectors, findings with their evidence, have some hundred KiB. */
export const MOST_LINE_BYTES = 1024 * 1024;
/** Enough of a refused line to see what wrote it. */
export const HEAD_BYTES = 4096;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Whole lines, or one that is too long to be taken. `end`: offset in the stream behind them. */
export type Cut =
  | { kind: 'lines'; bytes: Buffer; count: number; end: number }
  | { kind: 'too_long'; head: Buffer; size: number; sha256: string; end: number };

/** Cuts a stream of bytes into lines. Empty ones are left out; line feeds, and returns before them, are none of a line's bytes. */
export interface LineCutter {
  cut(bytes: Buffer): Cut[];
  /** What was begun and has not ended yet, as a line of its own: for the end of the stream. */
  rest(): Cut[];
  /** Offset behind the last whole line. */
  offset(): number;
}

export function createLineCutter(start = 0, mostBytes = MOST_LINE_BYTES): LineCutter {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let long: { head: Buffer; size: number; hash: Hash } | null = null;
  let offset = start;

  /** One line, which ends here; `ending` more bytes end it. */
  const finish = (ending: number): Cut[] => {
    const line = trimmed(Buffer.concat(pending));
    offset += (long?.size ?? 0) + pendingBytes + ending;
    const cut: Cut[] =
      long !== null
        ? [{ kind: 'too_long', ...ended(long), end: offset }]
        : line.length === 0
          ? []
          : [{ kind: 'lines', bytes: line, count: 1, end: offset }];
    [pending, pendingBytes, long] = [[], 0, null];
    return cut;
  };
  const hold = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    if (long === null && pendingBytes + bytes.length > mostBytes) {
      const begun = Buffer.concat(pending);
      [pending, pendingBytes] = [[], 0];
      long = { head: begun.subarray(0, HEAD_BYTES), size: 0, hash: createHash('sha256') };
      add(long, begun);
    }
    if (long !== null) return add(long, bytes);
    // A copy: the chunk that it is a part of is not to be kept with it.
    pending.push(Buffer.from(bytes));
    pendingBytes += bytes.length;
  };

  return {
    cut: (bytes) => {
      const cuts: Cut[] = [];
      let from = 0;
      for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, from)) {
        hold(bytes.subarray(from, at));
        cuts.push(...finish(1));
        from = at + 1;
      }
      hold(bytes.subarray(from));
      return joined(cuts);
    },
    rest: () => (pendingBytes === 0 && long === null ? [] : finish(0)),
    offset: () => offset,
  };
}

function add(long: { head: Buffer; size: number; hash: Hash }, bytes: Buffer): void {
  const missing = HEAD_BYTES - long.head.length;
  if (long.size >= long.head.length && missing > 0) {
    long.head = Buffer.concat([long.head, bytes.subarray(0, missing)]);
  }
  long.size += bytes.length;
  long.hash.update(bytes);
}

function ended({ head, size, hash }: { head: Buffer; size: number; hash: Hash }) {
  return { head, size, sha256: hash.digest('hex') };
}

function trimmed(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

/** Neighbouring lines as one. */
function joined(cuts: Cut[]): Cut[] {
  const groups: Cut[][] = [];
  for (const cut of cuts) {
    const last = groups.at(-1);
    if (cut.kind === 'lines' && last?.at(-1)?.kind === 'lines') last.push(cut);
    else groups.push([cut]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    const parts = group.flatMap((cut) => (cut.kind === 'lines' ? [cut.bytes, NEWLINE] : []));
    const bytes = Buffer.concat(parts.slice(0, -1));
    return [{ kind: 'lines', bytes, count: group.length, end: group.at(-1)?.end ?? first.end }];
  });
}

const NEWLINE = Buffer.from('\n');
