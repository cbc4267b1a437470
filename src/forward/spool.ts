import { rm, truncate } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import { type Bell, createBell } from './bell.ts';
import { errorCode, unlessMissing } from './error-code.ts';
import type { DroppedTotals } from './frame.ts';
import type { Log } from './log.ts';
import type { Position } from './position.ts';
import { createSegmentReader, type Most } from './segment-reader.ts';
import { createSegmentWriter, type Entry, type Segments } from './segment-writer.ts';
import { EMPTY_STATE, foldSegment, listSegments, type SpoolState } from './segments.ts';
import type { SpooledRecord } from './spooled-record.ts';

/** Large enough that few files are made, small enough that what is delivered leaves the disk soon. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
/** Of the limit: what one segment may keep on the disk although it is delivered. */
const SEGMENT_SHARE = 8;
/** As many appends as share one fsync: more would keep the first of them waiting. */
const GROUP_MAX = 64;

/** What was taken from detectors and is not delivered yet: in order, on the disk, each record with its number. */
export interface Spool {
  /** Resolves, with the number of its last record, when it is durable. Faults: `spool_unwritable`. */
  append(entry: Entry): Promise<number>;
  /** As SegmentReader.read. */
  read(after: number, most: Most): Promise<SpooledRecord[]>;
  /** Removes what is delivered. */
  trim(acknowledged: number): Promise<void>;
  /** How far a source is read, as the spool itself says; null where it has nothing of it. */
  position(source: string): Position | null;
  hasRoom(): boolean;
  /** Number of the last record; 0 before the first. */
  last(): number;
  bytes(): number;
  dropped(): DroppedTotals;
  /** Rings when there is more to be read. */
  filled: Bell;
  /** Rings when there may be room again. */
  freed: Bell;
  /** When all appends are through. */
  close(): Promise<void>;
}

export interface SpoolOptions {
  /** There already. */
  directory: string;
  /** Bytes on the disk from which on sources wait. */
  limit: number;
  /** Number of the last record that was delivered; 0 before the first. */
  acknowledged: number;
  log: Log;
}

interface Queued {
  entry: Entry;
  resolve: (last: number) => void;
  reject: (fault: Fault) => void;
}

/** Faults: the system's, where the directory cannot be read. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory, limit, acknowledged, log } = options;
  const segments = await recover(directory, acknowledged, log);
  const writer = createSegmentWriter(segments, Math.min(SEGMENT_BYTES, limit / SEGMENT_SHARE));
  const reader = createSegmentReader();
  const [filled, freed] = [createBell(), createBell()];
  const queue: Queued[] = [];
  let draining: Promise<void> | undefined;
  let delivered = acknowledged;

  const drain = async () => {
    while (queue.length > 0) await writeGroup(queue.splice(0, GROUP_MAX));
    draining = undefined;
  };
  const writeGroup = async (group: Queued[]) => {
    try {
      const states = await writer.write(group.map(({ entry }) => entry));
      group.forEach(({ resolve }, i) => resolve((states[i]?.next ?? 1) - 1));
      filled.ring();
    } catch (cause) {
      const fault = unwritable(directory, cause);
      for (const { reject } of group) reject(fault);
    }
  };
  const bytes = () => segments.list.reduce((sum, segment) => sum + segment.bytes, 0);

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        queue.push({ entry, resolve, reject });
        draining ??= drain();
      }),
    read: (after, most) => reader.read([...segments.list], after, most),
    trim: async (reached) => {
      delivered = reached;
      await removeDelivered(segments, reached);
      freed.ring();
    },
    position: (source) => segments.state.positions[source] ?? null,
    // What is delivered may fill the last segment, which stays: it keeps nothing from being taken.
    hasRoom: () => bytes() < limit || delivered >= segments.state.next - 1,
    last: () => segments.state.next - 1,
    bytes,
    dropped: () => segments.state.dropped,
    filled,
    freed,
    close: async () => {
      await draining;
      await writer.close();
    },
  };
}

/** A process that dies in the middle of a frame leaves a part of it, which nobody was told of: it is cut off. */
async function recover(directory: string, acknowledged: number, log: Log): Promise<Segments> {
  const list = await listSegments(directory);
  let state: SpoolState = EMPTY_STATE;
  for (let last = list.at(-1); last !== undefined; last = list.at(-1)) {
    const folded = await foldSegment(last);
    const whole = folded?.end ?? 0;
    if (whole < last.bytes)
      log.warn({ segment: last.path, bytes: last.bytes - whole }, 'a torn end is cut off');
    if (folded === null) {
      await rm(last.path, { force: true });
      list.pop();
      continue;
    }
    if (whole < last.bytes) await truncate(last.path, whole);
    last.bytes = whole;
    state = folded.state;
    break;
  }
  // Numbers are never given twice, also where somebody has removed the spool but not what was acknowledged of it.
  const segments = { directory, list, state: { ...state, next: Math.max(state.next, 1) } };
  if (segments.state.next <= acknowledged) {
    segments.state = { ...segments.state, next: acknowledged + 1 };
    // A segment's numbers follow one another: another one begins.
    for (const segment of list.splice(0)) await rm(segment.path, { force: true });
  }
  await removeDelivered(segments, acknowledged);
  return segments;
}

/** Never the last segment: the positions are in it. */
async function removeDelivered({ list }: Segments, acknowledged: number): Promise<void> {
  for (let second = list[1]; second && second.first <= acknowledged + 1; second = list[1]) {
    const [oldest] = list;
    if (oldest !== undefined) await unlessMissing(rm(oldest.path));
    list.shift();
  }
}

function unwritable(directory: string, cause: unknown): Fault {
  const message = `the spool ${directory} cannot be written (${errorCode(cause) || 'unknown'})`;
  return new Fault('spool_unwritable', message, { retryable: true, cause });
}
