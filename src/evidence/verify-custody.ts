import type { EvidenceRef } from '../domain/evidence.ts';
import { type CustodyMeans, type Expired, inspectSnapshot, type Miss } from './inspect-snapshot.ts';

export interface CustodyReport {
  /** Looked at, and everything below those of them that could be verified. */
  manifests: number;
  artifacts: number;
  /** Read and hashed. */
  bytes: number;
  misses: (Miss & { manifest: string })[];
  /** Gone because their time was over, each with a valid tombstone. */
  expired: (Expired & { manifest: string })[];
}

/**
 * Walks signed manifests and reads back all that they list. Everything is well where `misses` is empty; a
 * manifest that cannot be verified is one, for whatever it listed. Throws where the store cannot answer.
 */
export async function verifyCustody(
  manifests: Iterable<EvidenceRef> | AsyncIterable<EvidenceRef>,
  means: CustodyMeans,
): Promise<CustodyReport> {
  const report: CustodyReport = { manifests: 0, artifacts: 0, bytes: 0, misses: [], expired: [] };
  for await (const ref of manifests) {
    const { manifest, bytes, misses, expired } = await inspectSnapshot(ref, means);
    report.manifests += 1;
    report.artifacts += manifest?.artifacts.length ?? 0;
    report.bytes += bytes;
    report.misses.push(...misses.map((miss) => ({ ...miss, manifest: ref.sha256 })));
    report.expired.push(...expired.map((gone) => ({ ...gone, manifest: ref.sha256 })));
  }
  return report;
}
