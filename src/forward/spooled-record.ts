import type { Holding } from './frame.ts';

interface Common {
  seq: number;
  source: string;
  /** When it was spooled, epoch milliseconds. */
  at: number;
}

/** One thing that was spooled, to be delivered or kept as refused. */
export type SpooledRecord = Common &
  (
    | { kind: 'line'; bytes: Buffer }
    | { kind: 'body'; bytes: Buffer; contentType: string; contentEncoding: string }
    | { kind: 'too_long'; head: Buffer; size: number; sha256: string }
    | { kind: 'dropped'; lost: Lost }
    /** All from `seq` to `last`, of which the spool has no readable copy any more. */
    | { kind: 'damaged'; last: number }
  );

export type Lost = Pick<
  Extract<Holding, { kind: 'dropped' }>,
  'why' | 'lines' | 'bytes' | 'first_line' | 'last_line'
>;

const LINE_FEED = 0x0a;

export function recordsOf(frame: Holding, payload: Buffer): SpooledRecord[] {
  const { source, at } = frame;
  const common = { seq: frame.first, source, at };
  switch (frame.kind) {
    case 'lines':
      return linesOf(payload).map((bytes, i) => ({
        ...common,
        seq: frame.first + i,
        kind: 'line',
        bytes,
      }));
    case 'body': {
      const { content_type: contentType, content_encoding: contentEncoding } = frame;
      return [{ ...common, kind: 'body', bytes: payload, contentType, contentEncoding }];
    }
    case 'too_long':
      return [
        { ...common, kind: 'too_long', head: payload, size: frame.bytes, sha256: frame.sha256 },
      ];
    case 'dropped': {
      const { why, lines, bytes, first_line, last_line } = frame;
      return [{ ...common, kind: 'dropped', lost: { why, lines, bytes, first_line, last_line } }];
    }
  }
}

/** The parts between line feeds. */
function linesOf(payload: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < payload.length;) {
    const found = payload.indexOf(LINE_FEED, from);
    const end = found === -1 ? payload.length : found;
    lines.push(payload.subarray(from, end));
    from = end + 1;
  }
  return lines;
}
