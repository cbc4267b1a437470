import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 256 * 1024;

/** Kept of the beginning and of what was just passed: prints look back so far. */
const KEPT_BYTES = 1024;

/** A gzip file read as what it holds: forward at the price of a stream, backward at that of beginning anew. */
export interface Unzipped {
  read(at: number, most: number): Promise<Buffer>;
}

export function createUnzipped(handle: FileHandle): Unzipped {
  let stream: AsyncIterator<Buffer> | null = null;
  let beginning = Buffer.alloc(0);
  /** What the stream gave last, which begins at `at`. */
  let held = { at: 0, bytes: Buffer.alloc(0) };

  const advance = async (): Promise<boolean> => {
    stream ??= chunksOf(handle);
    const next = await stream.next();
    if (next.done === true) return false;
    const kept = held.bytes.subarray(-KEPT_BYTES);
    held = {
      at: held.at + held.bytes.length - kept.length,
      bytes: Buffer.concat([kept, next.value]),
    };
    if (held.at === 0) beginning = Buffer.from(held.bytes.subarray(0, KEPT_BYTES));
    return true;
  };

  return {
    read: async (at, most) => {
      if (at < beginning.length && at < held.at) return beginning.subarray(at, at + most);
      if (at < held.at) {
        stream = null;
        held = { at: 0, bytes: Buffer.alloc(0) };
      }
      while (at >= held.at + held.bytes.length) if (!(await advance())) return Buffer.alloc(0);
      return held.bytes.subarray(at - held.at, at - held.at + most);
    },
  };
}

function chunksOf(handle: FileHandle): AsyncIterator<Buffer> {
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // One that is left behind, because reading begins anew, has nobody to tell of what befalls it.
  unzip.on('error', () => undefined);
  const zipped = Readable.from(bytesOf(handle), { objectMode: false });
  zipped.on('error', (error) => unzip.destroy(error));
  zipped.pipe(unzip);
  return (unzip as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
}

/** A stream of the handle's own would keep it from being closed. */
async function* bytesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
