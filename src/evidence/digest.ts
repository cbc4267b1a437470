import { createHash, hash } from 'node:crypto';
import type { EvidenceRef } from '../domain/evidence.ts';

/** SHA-256 as 64 lower-case hex digits; of a string, its UTF-8. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** The same of bytes that are too many to be held, and how many they are. */
export async function digestOfChunks(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; size: number }> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const chunk of chunks) {
    digest.update(chunk);
    size += chunk.length;
  }
  return { sha256: digest.digest('hex'), size };
}

/** The content address of the bytes. */
export function evidenceRef(bytes: Uint8Array, mediaType: string): EvidenceRef {
  return { sha256: sha256Hex(bytes), size: bytes.length, media_type: mediaType };
}
