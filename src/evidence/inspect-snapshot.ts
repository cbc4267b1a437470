import type { CaptureManifest, ManifestArtifact } from '../domain/capture-manifest.ts';
import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import { dueOf } from '../domain/retention.ts';
import { buried } from './buried.ts';
import type { DsseRefusal } from './dsse.ts';
import { sha256Hex } from './digest.ts';
import { verifyManifest } from './manifest.ts';
import { orLost, readBack } from './read-back.ts';
import type { PublicKey } from './signing-key.ts';

/** A manifest is read whole: a thousand artifacts need a few hundred KB. */
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;

/** What evidence is checked with. */
export interface CustodyMeans {
  store: Pick<EvidenceStore, 'get' | 'read'>;
  key: PublicKey;
  /** Where the ledger says that an object was removed. Without it nothing that is gone is excused. */
  tombstoneOf?: (sha256: string) => Promise<EvidenceRef | null>;
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

/** One object that is gone because its time was over, with the tombstone that says so. */
export interface Expired {
  name: string;
  sha256: string;
  /** Until when it was kept. */
  until: string;
  tombstone: EvidenceRef;
}

export interface Inspection {
  /** Null where it could not be verified: nothing is known then of the objects. */
  manifest: CaptureManifest | null;
  /** Read and hashed, of the manifest and of its objects. */
  bytes: number;
  misses: Miss[];
  expired: Expired[];
}

/**
 * Checks a manifest and every object in it, from the store alone, and believes no digest that the store
 * reports. Throws what keeps the store from answering: an object that cannot be read is not one that is lost.
 */
export async function inspectSnapshot(ref: EvidenceRef, means: CustodyMeans): Promise<Inspection> {
  const manifest = await readManifest(ref, means);
  if ('reason' in manifest) return { manifest: null, bytes: 0, misses: [manifest], expired: [] };
  let bytes = ref.size;
  const misses: Miss[] = [];
  const expired: Expired[] = [];
  for (const artifact of manifest.artifacts) {
    const found = await examine(artifact, manifest, means);
    if (found === null) bytes += artifact.stored.size;
    else if ('reason' in found) misses.push(found);
    else expired.push(found);
  }
  return { manifest, bytes, misses, expired };
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

/** Null where it is what it was, an expiry where it is gone and its time was over. */
async function examine(
  { name, collector, stored }: ManifestArtifact,
  { retention }: CaptureManifest,
  means: CustodyMeans,
): Promise<Miss | Expired | null> {
  const { sha256 } = stored;
  const lost = await readBack(stored, means.store);
  if (lost === null) return null;
  const ref = lost.reason === 'missing' ? await means.tombstoneOf?.(sha256) : null;
  if (!ref) return { name, sha256, ...lost };
  const tombstone = await buried(sha256, dueOf(retention, collector), ref, means);
  if (typeof tombstone === 'string') {
    return { name, sha256, reason: lost.reason, detail: `${lost.detail}; ${tombstone}` };
  }
  return { name, sha256, until: tombstone.until, tombstone: ref };
}
