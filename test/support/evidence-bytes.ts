import { expect } from 'vitest';

export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Matches a Fault of that code. */
export function faultOf(code: string, retryable: boolean): Error {
  return expect.objectContaining({ name: 'Fault', code, retryable });
}
