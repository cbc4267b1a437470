import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './error-code.ts';
import { type DroppedTotals, type Frame, readFrame } from './frame.ts';
import type { Position } from './position.ts';

/** One file of the spool. */
export interface Segment {
  path: string;
  /** Which one it is: 1, 2 and so on. Two may begin with the same record, where one holds positions alone. */
  ordinal: number;
  /** Sequence of the first record that is, or will be, in it. */
  first: number;
  /** As far as it is durable. */
  bytes: number;
}

/** What all frames so far come to. */
export interface SpoolState {
  /** Sequence of the next record. */
  next: number;
  positions: Readonly<Record<string, Position>>;
  dropped: DroppedTotals;
}

export const EMPTY_STATE: SpoolState = {
  next: 1,
  positions: {},
  dropped: { records: 0, lines: 0, bytes: 0 },
};

/** Ordinal and first record. As many digits as a number can count to, so that names sort as numbers do. */
const NAME = /^spool-(\d{16})-(\d{16})\.seg$/;

/** That will follow `last`, on the disk as in the list, with nothing in it yet. */
export function segmentAfter(
  last: Segment | undefined,
  directory: string,
  { next }: SpoolState,
): Segment {
  const ordinal = (last?.ordinal ?? 0) + 1;
  const [which, first] = [ordinal, next].map((n) => String(n).padStart(16, '0'));
  return { path: join(directory, `spool-${which}-${first}.seg`), ordinal, first: next, bytes: 0 };
}

/** The oldest first. One that is removed meanwhile is left out. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name)).toSorted();
  const segments: Segment[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const found = await unlessMissing(stat(path));
    const [ordinal = 0, first = 0] = (NAME.exec(name) ?? []).slice(1).map(Number);
    if (found !== null) segments.push({ path, ordinal, first, bytes: found.size });
  }
  return segments;
}

/** The state after the last whole frame, and where that ends; null where not even the first frame is whole. */
export async function foldSegment({
  path,
  bytes,
}: Segment): Promise<{ state: SpoolState; end: number } | null> {
  const file = await open(path, 'r');
  try {
    let read = await readFrame(file, 0, bytes);
    if (read?.frame.kind !== 'begin') return null;
    let state = EMPTY_STATE;
    let end = 0;
    for (; read !== null; read = await readFrame(file, end, bytes)) {
      state = apply(state, read.frame);
      end = read.end;
    }
    return { state, end };
  } finally {
    await file.close();
  }
}

export function apply(state: SpoolState, frame: Frame): SpoolState {
  if (frame.kind === 'begin') {
    const { next, positions, dropped } = frame;
    return { next, positions, dropped };
  }
  const { source, position } = frame;
  return {
    next: frame.first + frame.count,
    positions: position === null ? state.positions : { ...state.positions, [source]: position },
    dropped: frame.kind === 'dropped' ? more(state.dropped, frame) : state.dropped,
  };
}

function more(
  { records, lines, bytes }: DroppedTotals,
  lost: { lines: number | null; bytes: number | null },
): DroppedTotals {
  return {
    records: records + 1,
    lines: lines + (lost.lines ?? 0),
    bytes: bytes + (lost.bytes ?? 0),
  };
}
