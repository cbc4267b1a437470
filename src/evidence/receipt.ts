import type { CaptureManifest } from '../domain/capture-manifest.ts';
import type { EvidenceRef } from '../domain/evidence.ts';
import { type EvidenceReceipt, evidenceReceiptSchema } from '../domain/evidence-receipt.ts';
import { Fault } from '../domain/fault.ts';
import { canonicalJson } from './canonical.ts';
import {
  type CustodyMeans,
  type Expired,
  inspectSnapshot,
  type Miss,
  type MissReason,
} from './inspect-snapshot.ts';

export type ReceiptVerdict =
  /** `expired`: objects that are gone because their time was over. */
  | { valid: true; receipt: EvidenceReceipt; manifest: CaptureManifest; expired: Expired[] }
  | { valid: false; reason: MissReason | 'malformed_receipt' | 'other_manifest'; detail: string };

/**
 * The receipt of a signed manifest, after everything in it was read back by its digest. Throws Fault
 * `evidence_unproven` where any of it is not what was signed, and what keeps the store from answering.
 */
export async function receiptFor(ref: EvidenceRef, means: CustodyMeans): Promise<EvidenceReceipt> {
  const proven = await prove(ref, means);
  if ('receipt' in proven) return proven.receipt;
  const message = `no receipt for ${whatOf(proven)}: ${proven.detail}`;
  throw new Fault('evidence_unproven', message, { retryable: false });
}

/** Verifies a receipt again, by what it says and from the store alone. Throws only where the store cannot answer. */
export async function checkReceipt(given: unknown, means: CustodyMeans): Promise<ReceiptVerdict> {
  const parsed = evidenceReceiptSchema.safeParse(given);
  if (!parsed.success) {
    return { valid: false, reason: 'malformed_receipt', detail: 'not a receipt for evidence' };
  }
  const proven = await prove(parsed.data.manifest, means);
  if (!('receipt' in proven)) {
    const detail = `${whatOf(proven)}: ${proven.detail}`;
    return { valid: false, reason: proven.reason, detail };
  }
  if (canonicalJson(proven.receipt) === canonicalJson(parsed.data)) {
    return { valid: true, ...proven };
  }
  return { valid: false, reason: 'other_manifest', detail: 'the manifest says something else' };
}

async function prove(
  ref: EvidenceRef,
  means: CustodyMeans,
): Promise<Omit<Extract<ReceiptVerdict, { valid: true }>, 'valid'> | Miss> {
  const { manifest, misses, expired } = await inspectSnapshot(ref, means);
  const [miss] = misses;
  if (miss) return miss;
  if (!manifest) throw new TypeError('a snapshot has neither a manifest nor a miss');
  return { receipt: receiptOf(ref, manifest), manifest, expired };
}

function receiptOf(ref: EvidenceRef, manifest: CaptureManifest): EvidenceReceipt {
  const { incident_id, snapshot_id, artifacts, gaps } = manifest;
  return evidenceReceiptSchema.parse({
    incident_id,
    snapshot_id,
    manifest: ref,
    artifacts: artifacts.length,
    gaps: gaps.length,
  });
}

function whatOf({ name, sha256 }: Miss): string {
  return name === '' ? `manifest ${sha256}` : `${name} (${sha256})`;
}
