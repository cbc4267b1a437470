import type { ManifestArtifact } from '../../domain/capture-manifest.ts';
import type { Custodian, Taken } from '../../domain/custodian.ts';
import type { Artifact } from '../../domain/events.ts';
import type { EvidenceStore } from '../../domain/evidence.ts';
import type { Register } from '../../domain/ledger.ts';
import type { StoreStanding } from '../../domain/store-verdict.ts';
import { MANIFEST_MEDIA_TYPE } from '../../evidence/manifest.ts';
import { checkReceipt, receiptFor } from '../../evidence/receipt.ts';
import type { SigningKey } from '../../evidence/signing-key.ts';
import { signManifest } from './sign-manifest.ts';

/** The version of what a manifest says was done, which changes with the collectors. */
const TOOL = { name: 'cordon', version: '0.1.0' };

export interface CustodianDeps {
  store: EvidenceStore;
  key: SigningKey;
  register: Pick<Register, 'head'>;
  /** Digest of the policy in force. */
  policyDigest: () => string;
  /** What the store was last seen to refuse. */
  standing: () => StoreStanding;
}

export function createCustodian(deps: CustodianDeps): Custodian {
  const { store, key, register, policyDigest, standing } = deps;
  const custody = { store, key: key.publicKey };
  return {
    seal: async (taken) => {
      const { incident_id, snapshot_id, severity, subject, host, gaps, taken_ms } = taken;
      const manifest = {
        ...{ incident_id, snapshot_id, severity, class: taken.class, subject, host },
        frozen: stillness(taken),
        artifacts: taken.artifacts.map(manifestArtifact),
        gaps: [...gaps],
        tool: TOOL,
        clock: { wall: instant(taken_ms), source: 'system' },
        policy_digest: policyDigest(),
        ledger_head: await register.head(),
        retention: null,
        store: standing(),
      };
      const ref = await store.put(await signManifest(manifest, key), MANIFEST_MEDIA_TYPE);
      return receiptFor(ref, custody);
    },
    doubts: async (receipt) => {
      const verdict = await checkReceipt(receipt, custody);
      return verdict.valid ? '' : `${verdict.reason}: ${verdict.detail}`;
    },
  };
}

function stillness({ frozen }: Taken) {
  if (frozen === null) return null;
  const { method, from_ms, to_ms } = frozen;
  return { method, from: instant(from_ms), to: to_ms === null ? '' : instant(to_ms) };
}

function manifestArtifact(artifact: Artifact, at: number): ManifestArtifact {
  const { collector, sha256, size, from_host } = artifact;
  const stored = { sha256, size };
  // A stranger unpacks it as a file of this name, beside others of the same collector.
  const name = `${at + 1}-${collector.replaceAll(/[^A-Za-z0-9._-]/g, '-')}`;
  if (from_host !== undefined) return { name, collector, stored, ...from_host };
  const { media_type } = artifact;
  const as_is = { plain: stored, encryption: null, compression: null } as const;
  return { name, collector, media_type, stored, ...as_is, completeness: 'complete', reason: '' };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
