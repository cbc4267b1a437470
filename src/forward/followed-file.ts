import { createLineCutter, type Cut } from './line-cutter.ts';
import { type LogFile, printOf } from './log-file.ts';
import type { Position } from './position.ts';

/** Read at once: some hundred alerts. */
const CHUNK_BYTES = 256 * 1024;

/** Lines, or a line that is too long, and how far the file is read behind them. */
export interface Read {
  cut: Cut;
  position: Position;
}

/** How much of a file was there when it was looked at last, and by what that much is recognised. */
export interface Mark {
  offset: number;
  print: string;
}

/** One log file that is read line by line, for as long as it is what it was. */
export interface FollowedFile {
  file: LogFile;
  /** None where there is no whole line now, or where the file is no more what it was. */
  next(): Promise<Read[]>;
  /** Reads ahead for `next`: what is written elsewhere meanwhile is older than that. */
  peek(): Promise<void>;
  /** What stands behind the last line feed: no more will come. */
  rest(): Promise<Read[]>;
  /** Whether all that was seen of it is there still. Notes how much it is now. */
  isStill(): Promise<boolean>;
  position(): Promise<Position>;
  offset(): number;
  mark(): Mark;
}

export function followedFile(file: LogFile, start: number, now: () => number): FollowedFile {
  const cutter = createLineCutter(start);
  let fed = start;
  let ahead: Buffer | null = null;
  let mark: Mark | null = null;

  const positionAt = async (offset: number): Promise<Position> => ({
    file: file.id,
    offset,
    print: await printOf(file, offset),
    seen_ms: now(),
  });
  const withPositions = async (cuts: readonly Cut[]): Promise<Read[]> => {
    const reads: Read[] = [];
    for (const cut of cuts) reads.push({ cut, position: await positionAt(cut.end) });
    return reads;
  };
  /** The new mark is taken before the old one is compared: then the file was what it was when both were read. */
  const remark = async (offset: number): Promise<boolean> => {
    if (file.compressed) return true;
    const taken = { offset, print: await printOf(file, offset) };
    if (taken.print === '') return false;
    if (mark !== null && (await printOf(file, mark.offset)) !== mark.print) return false;
    if (mark === null || offset > mark.offset) mark = taken;
    return true;
  };

  return {
    file,
    next: async () => {
      for (;;) {
        const chunk: Buffer = ahead ?? (await file.read(fed, CHUNK_BYTES));
        if (chunk.length === 0 || !(await remark(fed + chunk.length))) return [];
        ahead = null;
        fed += chunk.length;
        const cuts = cutter.cut(chunk);
        if (cuts.length > 0) return withPositions(cuts);
      }
    },
    peek: async () => {
      const chunk = ahead ?? (await file.read(fed, CHUNK_BYTES));
      ahead = chunk.length === 0 ? null : chunk;
    },
    rest: async () => withPositions(cutter.rest()),
    isStill: async () => {
      const size = file.compressed ? fed : await file.size();
      return size >= (mark?.offset ?? fed) && (await remark(size));
    },
    position: () => positionAt(cutter.offset()),
    offset: () => cutter.offset(),
    mark: () => mark ?? { offset: 0, print: '' },
  };
}
