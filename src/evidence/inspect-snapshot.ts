import { createHash } from 'node:crypto';
import type { CaptureManifest } from '../domain/capture-manifest.ts';
import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import { Fault } from '../domain/fault.ts';
import type { DsseRefusal } from './dsse.ts';
import { sha256Hex } from './digest.ts';
import { verifyManifest } from './manifest.ts';
import type { PublicKey } from './signing-key.ts';

/** A manifest is read whole: a thousand artifacts need a few hundred KB. */
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;

/** What evidence is checked with. */
export interface CustodyMeans {
  store: Pick<EvidenceStore, 'get' | 'read'>;
  key: PublicKey;
}

export type MissReason = 'missing' | 'corrupt' | DsseRefusal;

/** One object that is not what it was. */
export interface Miss {
  /** The name of the artifact; '' for the manifest itself. */
  name: string;
  sha256: string;
  reason: MissReason;
  detail: string;
}

export interface Inspection {
  /** Null where it could not be verified: nothing is known then of the objects. */
  manifest: CaptureManifest | null;
  /** Read and hashed, of the manifest and of its objects. */
  bytes: number;
  misses: Miss[];
}

/**
 * Checks a manifest and every object in it, from the store alone, and believes no digest that the store
 * reports. Throws what keeps the store from answering: an object that cannot be read is not one that is lost.
 */
export async function inspectSnapshot(ref: EvidenceRef, means: CustodyMeans): Promise<Inspection> {
  const manifest = await readManifest(ref, means);
  if ('reason' in manifest) return { manifest: null, bytes: 0, misses: [manifest] };
  let bytes = ref.size;
  const misses: Miss[] = [];
  for (const { name, stored } of manifest.artifacts) {
    const miss = await missOf(name, stored, means.store);
    if (miss) misses.push(miss);
    else bytes += stored.size;
  }
  return { manifest, bytes, misses };
}

async function readManifest(
  ref: EvidenceRef,
  { store, key }: CustodyMeans,
): Promise<CaptureManifest | Miss> {
  const miss = (reason: MissReason, detail: string): Miss => {
    return { name: '', sha256: ref.sha256, reason, detail };
  };
  if (ref.size > MOST_MANIFEST_BYTES) return miss('malformed', `${ref.size} bytes are no manifest`);
  const bytes = await orLost(() => store.get(ref));
  if ('reason' in bytes) return miss(bytes.reason, bytes.detail);
  if (sha256Hex(bytes) !== ref.sha256) return miss('corrupt', 'the manifest is another one');
  const verdict = verifyManifest(bytes, key);
  return verdict.valid ? verdict.manifest : miss(verdict.reason, verdict.detail);
}

async function missOf(
  name: string,
  { sha256, size }: { sha256: string; size: number },
  store: Pick<EvidenceStore, 'read'>,
): Promise<Miss | null> {
  const found = await orLost(() => rehash(store.read(sha256)));
  if ('reason' in found) return { name, sha256, ...found };
  if (found.sha256 === sha256 && found.size === size) return null;
  const detail = `found ${found.size} bytes with the digest ${found.sha256}`;
  return { name, sha256, reason: 'corrupt', detail };
}

async function rehash(
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

interface Lost {
  reason: 'missing' | 'corrupt';
  detail: string;
}

/** What was read, or that the store has lost or changed it. Throws what keeps the store from answering. */
export async function orLost<Found>(read: () => Promise<Found>): Promise<Found | Lost> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === 'evidence_missing') return { reason: 'missing', detail: error.message };
    if (error.code === 'evidence_corrupt') return { reason: 'corrupt', detail: error.message };
    throw error;
  }
}
