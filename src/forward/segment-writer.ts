import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './durable-file.ts';
import { encodeFrame, type Frame, type Holding } from './frame.ts';
import { apply, type Segment, segmentAfter, type SpoolState } from './segments.ts';

/** Without `first`: it is numbered when its turn comes. */
export type Unnumbered = Holding extends infer F
  ? F extends Holding
    ? Omit<F, 'first'>
    : never
  : never;

export interface Entry {
  frame: Unnumbered;
  payload?: Uint8Array;
}

/** Adds frames to the last segment, or to a new one where that is full. */
export interface SegmentWriter {
  /**
   * All of the group is durable, and in the state and the list of segments, when this resolves; none of it counts when it
   * rejects, with what the system said. Gives the state after each entry. One call at a time.
   */
  write(group: readonly Entry[]): Promise<SpoolState[]>;
  close(): Promise<void>;
}

/** What the writer keeps up to date. */
export interface Segments {
  directory: string;
  /** The oldest first. */
  list: Segment[];
  state: SpoolState;
}

/** `segmentBytes`: a segment of this size is full. */
export function createSegmentWriter(segments: Segments, segmentBytes: number): SegmentWriter {
  let file: FileHandle | null = null;

  const begin = async (): Promise<Segment> => {
    const { directory, list, state } = segments;
    const last = list.at(-1);
    if (last !== undefined && last.bytes < segmentBytes) {
      file ??= await open(last.path, 'r+');
      return last;
    }
    await file?.close();
    file = null;
    const segment = segmentAfter(last, directory, state);
    file = await open(segment.path, 'w', 0o600);
    return segment;
  };

  return {
    write: async (group) => {
      const segment = await begin();
      if (file === null) throw new Error('no segment is open');
      const { bytes, states } = encode(segment, segments.state, group);
      try {
        await writeAt(file, bytes, segment.bytes);
        await file.datasync();
        if (segment.bytes === 0) await syncDirectory(dirname(segment.path));
      } catch (error) {
        // What is there in part must not stand between this end and what is written next.
        await cutBack(file, segment).catch(() => undefined);
        file = null;
        throw error;
      }
      if (segment.bytes === 0) segments.list.push(segment);
      segment.bytes += bytes.length;
      segments.state = states.at(-1) ?? segments.state;
      return states;
    },
    close: async () => {
      await file?.close();
      file = null;
    },
  };
}

function encode(
  segment: Segment,
  before: SpoolState,
  group: readonly Entry[],
): { bytes: Buffer; states: SpoolState[] } {
  const parts: Buffer[] = [];
  const states: SpoolState[] = [];
  let state = before;
  if (segment.bytes === 0) parts.push(encodeFrame({ kind: 'begin', ...state }));
  for (const { frame, payload } of group) {
    const numbered: Frame = { ...frame, first: state.next };
    parts.push(encodeFrame(numbered, payload));
    state = apply(state, numbered);
    states.push(state);
  }
  return { bytes: Buffer.concat(parts), states };
}

async function writeAt(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

async function cutBack(file: FileHandle, segment: Segment): Promise<void> {
  try {
    if (segment.bytes === 0) await rm(segment.path, { force: true });
    else await file.truncate(segment.bytes);
  } finally {
    await file.close();
  }
}
