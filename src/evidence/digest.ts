import { hash } from 'node:crypto';
import type { EvidenceRef } from '../domain/evidence.ts';

/** SHA-256 as 64 lower-case hex digits; of a string, its UTF-8. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** The content address of the bytes. */
export function evidenceRef(bytes: Uint8Array, mediaType: string): EvidenceRef {
  return { sha256: sha256Hex(bytes), size: bytes.length, media_type: mediaType };
}
