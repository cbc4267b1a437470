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

/**
 * What a store itself does about how long an object is kept, by its SHA-256. Where it can do nothing, the ledger
 * alone says so: see `enforcing` in the manifest.
 */
export interface EvidenceRetention {
  /** Nobody can remove it before this instant (epoch ms). One that is earlier than before changes nothing. */
  keepUntil(sha256: string, untilMs: number): Promise<void>;
  /** Whether it is kept whatever its date says. */
  setLegalHold(sha256: string, held: boolean): Promise<void>;
  /** Harmless where it is gone already. Fault `evidence_retained` where the store does not let go of it. */
  remove(sha256: string): Promise<void>;
}
