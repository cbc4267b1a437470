import { readSync } from 'node:fs';
import { zeros } from './zeros.ts';

/** As much at once as of memory, and for the same reason. */
const CHUNK_BYTES = 64 * 1024;

export interface Part {
  /** In bytes. */
  from: number;
  size: number;
}

/** That part of an open file, and how much of it there was: what is missing of the promised size stands as zeros. */
export function* fileBody(file: number, { from, size }: Part): Generator<Uint8Array, number> {
  let read = 0;
  while (read < size) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - read));
    const got = readSync(file, chunk, 0, chunk.length, from + read);
    if (got === 0) break;
    read += got;
    yield chunk.subarray(0, got);
  }
  yield* zeros(size - read, () => false);
  return read;
}
