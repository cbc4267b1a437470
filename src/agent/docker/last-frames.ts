/** Of a frame: the stream that it belongs to, three zeros, and its size, big-endian (Docker Engine API, attach). */
const HEADER_BYTES = 8;

/** Frames that are let go of together. */
const FORGET_AT = 4_096;

export interface Frames {
  bytes: Buffer;
  /** In bytes. */
  leftOut: number;
}

/**
 * The last `most` bytes of a stream, from the beginning of a frame on. What a terminal said has no frames and is cut
 * anywhere: `framed` says which it is.
 */
export async function lastFrames(
  stream: AsyncIterable<Uint8Array>,
  framed: boolean,
  most: number,
): Promise<Frames> {
  const kept: Buffer[] = [];
  let oldest = 0;
  let size = 0;
  let leftOut = 0;
  for await (const part of framed ? framesOf(stream) : stream) {
    kept.push(Buffer.from(part));
    size += part.length;
    while (size > most) {
      const length = kept[oldest]?.length ?? 0;
      oldest += 1;
      size -= length;
      leftOut += length;
    }
    // A frame is a line: to move all of them for each one would take minutes.
    if (oldest >= FORGET_AT) oldest -= kept.splice(0, oldest).length;
  }
  return { bytes: Buffer.concat(kept.slice(oldest)), leftOut };
}

async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    for (let size = sizeOf(rest); rest.length >= size; size = sizeOf(rest)) {
      yield rest.subarray(0, size);
      rest = rest.subarray(size);
    }
  }
  if (rest.length > 0) yield rest;
}

/** Of the frame at the beginning, with its header; infinite where not even that is there. */
function sizeOf(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? Infinity : HEADER_BYTES + bytes.readUInt32BE(4);
}
