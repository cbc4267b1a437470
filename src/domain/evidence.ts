import { z } from 'zod';
import { sha256Schema } from './primitives.ts';

/** Bytes by their content address. `size` in bytes. */
export const evidenceRefSchema = z.strictObject({
  sha256: sha256Schema,
  size: z.int().nonnegative(),
  media_type: z.string().min(1).max(127),
});
export type EvidenceRef = z.infer<typeof evidenceRefSchema>;

/** Where evidence is kept: written once, read back by its digest. */
export interface EvidenceStore {
  /** Idempotent: the same bytes have one address. Resolves only when they are durable and were read back. */
  put(bytes: Uint8Array, mediaType: string): Promise<EvidenceRef>;
  /**
   * The same for bytes that are too many to be held: never more than a few chunks are in memory. What breaks off
   * in the middle leaves nothing behind, and its error is thrown on.
   */
  putStream(chunks: AsyncIterable<Uint8Array>, mediaType: string): Promise<EvidenceRef>;
  /** Faults: `evidence_missing`, and `evidence_corrupt` where the bytes no longer match their address. */
  get(address: EvidenceRef | string): Promise<Uint8Array>;
  /** The bytes as they are read, in order. Their digest is known only at the end: a Fault then comes behind them. */
  read(address: EvidenceRef | string): AsyncIterable<Uint8Array>;
}
