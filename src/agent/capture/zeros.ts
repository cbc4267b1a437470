const CHUNK_BYTES = 1024 * 1024;

/** In place of bytes that were promised and cannot be had; fewer where it gets late. */
export function* zeros(size: number, isLate: () => boolean): Generator<Uint8Array> {
  const chunk = Buffer.alloc(Math.min(size, CHUNK_BYTES));
  for (let left = size; left > 0 && !isLate(); left -= CHUNK_BYTES)
    yield chunk.subarray(0, Math.min(left, CHUNK_BYTES));
}
