import { open } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import { readFrame, type ReadFrame } from './frame.ts';
import type { Segment } from './segments.ts';
import { recordsOf, type SpooledRecord } from './spooled-record.ts';

/** How much is read at once; one record is, whatever its size. */
export interface Most {
  records: number;
  bytes: number;
}

export interface SegmentReader {
  /**
   * Records in order, from the one behind `after` on; none where there is none yet. Faults: `spool_damaged` where the
   * segment that is still written cannot be read; of an older one, what is lost is a record itself.
   */
  read(segments: readonly Segment[], after: number, most: Most): Promise<SpooledRecord[]>;
}

/** Where a frame lies. */
interface Place {
  path: string;
  at: number;
}

export function createSegmentReader(): SegmentReader {
  // Frames before it are behind `after` already: reading goes on, it does not begin anew.
  let reached: Place = { path: '', at: 0 };

  async function* framesIn({ path, bytes }: Segment, after: number): AsyncGenerator<ReadFrame> {
    const file = await open(path, 'r');
    try {
      let at = reached.path === path ? reached.at : 0;
      while (at < bytes) {
        const read = await readFrame(file, at, bytes);
        if (read === null) throw damaged(path, at);
        if (isBehind(read, after)) reached = { path, at: read.end };
        else yield read;
        at = read.end;
      }
    } finally {
      await file.close();
    }
  }

  return {
    read: async (segments, after, most) => {
      const records: SpooledRecord[] = [];
      let bytes = 0;
      const from = segments.findLastIndex(({ first }) => first <= after + 1);
      for (const [i, segment] of segments.entries()) {
        if (i < from) continue;
        try {
          for await (const { frame, payload } of framesIn(segment, after)) {
            if (frame.kind === 'begin') continue;
            for (const record of recordsOf(frame, payload)) {
              if (record.seq <= after) continue;
              bytes += sizeOf(record);
              if (records.length > 0 && bytes > most.bytes) return records;
              if (records.push(record) >= most.records) return records;
            }
          }
        } catch (error) {
          // First what could be read; then, once that is delivered, this.
          if (records.length > 0) return records;
          const next = segments[i + 1];
          if (!(error instanceof Fault) || next === undefined) throw error;
          const seq = Math.max(after + 1, segment.first);
          // Where it held positions alone, nothing is lost.
          if (seq < next.first) return [lost(segment, seq, next.first - 1)];
        }
      }
      return records;
    },
  };
}

function isBehind({ frame }: ReadFrame, after: number): boolean {
  return frame.kind === 'begin' || frame.first + frame.count - 1 <= after;
}

function sizeOf(record: SpooledRecord): number {
  return record.kind === 'line' || record.kind === 'body' ? record.bytes.length + 1 : 0;
}

function lost({ path }: Segment, seq: number, last: number): SpooledRecord {
  return { kind: 'damaged', seq, last, source: path, at: 0 };
}

function damaged(path: string, at: number): Fault {
  const message = `${path} cannot be read from byte ${at} on: the disk gave back other bytes than were written`;
  return new Fault('spool_damaged', message, { retryable: true });
}
