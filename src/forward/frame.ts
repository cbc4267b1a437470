import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { positionSchema } from './position.ts';

/** Header length, payload length, CRC-32 over both and over what follows: each a big-endian 32-bit number. */
const PREFIX_BYTES = 12;

const count = z.int().nonnegative();

/** What was lost in all, as far as it could be counted. */
export const droppedTotalsSchema = z.strictObject({ records: count, lines: count, bytes: count });
export type DroppedTotals = z.infer<typeof droppedTotalsSchema>;

const common = {
  /** When it was spooled, epoch milliseconds. */
  at: z.int(),
  /** `file:/var/log/falco.json`, `stdin` or `socket`. */
  source: z.string(),
  /** Sequence of its first record; records are numbered from 1 on and never again. */
  first: z.int().positive(),
  /** How many records it holds. */
  count,
  /** How far the source is read once this frame is there; null where the source keeps nothing to be read again. */
  position: positionSchema.nullable(),
};

/** The header of each frame. The payload follows it. */
export const frameSchema = z.discriminatedUnion('kind', [
  /** First in every segment: all that earlier ones say and that must outlive them. */
  z.strictObject({
    kind: z.literal('begin'),
    next: z.int().positive(),
    positions: z.record(z.string(), positionSchema),
    dropped: droppedTotalsSchema,
  }),
  /** Payload: lines, none empty, joined by line feeds. None at all where only the position has moved. */
  z.strictObject({ kind: z.literal('lines'), ...common }),
  /** Payload: the body of one request. */
  z.strictObject({
    kind: z.literal('body'),
    ...common,
    content_type: z.string(),
    content_encoding: z.string(),
  }),
  /** A line that is longer than any alert. Payload: its beginning. */
  z.strictObject({ kind: z.literal('too_long'), ...common, bytes: count, sha256: z.string() }),
  /** What can be read no more. Null where it is not known how much that was. */
  z.strictObject({
    kind: z.literal('dropped'),
    ...common,
    why: z.string(),
    lines: count.nullable(),
    bytes: count.nullable(),
    /** The beginnings of the first line and of the last; '' where they are not known. */
    first_line: z.string(),
    last_line: z.string(),
  }),
]);
export type Frame = z.infer<typeof frameSchema>;
export type Begin = Extract<Frame, { kind: 'begin' }>;
/** A frame that holds records. */
export type Holding = Exclude<Frame, Begin>;

export interface ReadFrame {
  frame: Frame;
  payload: Buffer;
  /** Where the next one begins. */
  end: number;
}

export function encodeFrame(frame: Frame, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.from(JSON.stringify(frame));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(header.length, 0);
  prefix.writeUInt32BE(payload.length, 4);
  prefix.writeUInt32BE(checksum(prefix, header, payload), 8);
  return Buffer.concat([prefix, header, payload]);
}

/** The frame at `at`; null where there is no whole one before `end`. */
export async function readFrame(
  file: FileHandle,
  at: number,
  end: number,
): Promise<ReadFrame | null> {
  if (at + PREFIX_BYTES > end) return null;
  const prefix = await readExactly(file, at, PREFIX_BYTES);
  if (prefix === null) return null;
  const headerBytes = prefix.readUInt32BE(0);
  const size = headerBytes + prefix.readUInt32BE(4);
  if (at + PREFIX_BYTES + size > end) return null;
  const body = await readExactly(file, at + PREFIX_BYTES, size);
  if (body === null) return null;
  const [header, payload] = [body.subarray(0, headerBytes), body.subarray(headerBytes)];
  if (checksum(prefix, header, payload) !== prefix.readUInt32BE(8)) return null;
  const frame = frameSchema.safeParse(JSON.parse(header.toString()));
  return frame.success ? { frame: frame.data, payload, end: at + PREFIX_BYTES + size } : null;
}

function checksum(prefix: Buffer, header: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(header, crc32(prefix.subarray(0, 8))));
}

async function readExactly(file: FileHandle, at: number, size: number): Promise<Buffer | null> {
  const bytes = Buffer.alloc(size);
  for (let got = 0; got < size;) {
    const { bytesRead } = await file.read(bytes, got, size - got, at + got);
    if (bytesRead === 0) return null;
    got += bytesRead;
  }
  return bytes;
}
