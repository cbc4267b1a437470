import type { ManifestArtifact } from '../../domain/capture-manifest.ts';
import type { Custodian, Taken } from '../../domain/custodian.ts';
import type { Artifact } from '../../domain/events.ts';
import type { EvidenceRetention, EvidenceStore } from '../../domain/evidence.ts';
import { epochMs, instantOf } from '../../domain/instant.ts';
import type { CustodyClocks, Keeping } from '../../domain/keeping.ts';
import type { Register } from '../../domain/ledger.ts';
import type { Policy } from '../../domain/policy.ts';
import { dueAt, type Retention } from '../../domain/retention.ts';
import type { StoreStanding } from '../../domain/store-verdict.ts';
import { TOOL } from '../../domain/tool.ts';
import { MANIFEST_MEDIA_TYPE } from '../../evidence/manifest.ts';
import { checkReceipt, receiptFor } from '../../evidence/receipt.ts';
import type { SigningKey } from '../../evidence/signing-key.ts';
import { signManifest } from './sign-manifest.ts';

/** Longer than any entry of a capture is in coming. */
const RESERVED_MS = 24 * 60 * 60 * 1000;

export interface CustodianDeps {
  store: EvidenceStore & EvidenceRetention;
  key: SigningKey;
  ledger: {
    register: Pick<Register, 'head'>;
    keeping: Pick<Keeping, 'isHeld' | 'reserve'>;
    custodyClock: Pick<CustodyClocks, 'read'>;
  };
  /** The policy in force. */
  policy: () => {
    digest: string;
    recovery: { capture: Pick<Policy['recovery']['capture'], 'retention'> };
  };
  /** What the store was last seen to refuse. */
  standing: () => StoreStanding;
}

export function createCustodian(deps: CustodianDeps): Custodian {
  const { store, key, ledger, policy, standing } = deps;
  const custody = { store, key: key.publicKey };
  return {
    seal: async (taken) => {
      const { incident_id, snapshot_id, severity, subject, host, gaps, taken_ms } = taken;
      const from = await keptFrom(deps, taken_ms);
      const retention = retentionFrom(deps, from);
      await reserve(deps, taken, from);
      await keep(deps, taken, retention);
      const manifest = {
        ...{ incident_id, snapshot_id, severity, class: taken.class, subject, host },
        frozen: stillness(taken),
        artifacts: taken.artifacts.map(manifestArtifact),
        gaps: [...gaps],
        tool: { name: TOOL.tool, version: TOOL.version },
        clock: { wall: instantOf(taken_ms), source: 'system' },
        policy_digest: policy().digest,
        ledger_head: await ledger.register.head(),
        retention,
        store: standing(),
      };
      const ref = await store.put(await signManifest(manifest, key), MANIFEST_MEDIA_TYPE);
      return { receipt: await receiptFor(ref, custody), retention };
    },
    doubts: async (receipt) => {
      // No tombstone excuses anything here: what is to be relied on must be there.
      const verdict = await checkReceipt(receipt, custody);
      return verdict.valid ? '' : `${verdict.reason}: ${verdict.detail}`;
    },
  };
}

/** The later of the two clocks: one that was set back must not cut the time short. */
async function keptFrom({ ledger }: CustodianDeps, takenMs: number): Promise<number> {
  const clock = await ledger.custodyClock.read();
  return Math.max(takenMs, clock?.trusted_ms ?? 0);
}

function retentionFrom({ policy }: CustodianDeps, fromMs: number): Retention {
  const { evidence, memory } = policy().recovery.capture.retention;
  return { until: instantOf(fromMs + evidence), memory_until: instantOf(fromMs + memory) };
}

/** The same bytes may be on their way out, as evidence of an incident whose time is over. */
function reserve({ ledger }: CustodianDeps, { artifacts }: Taken, fromMs: number): Promise<void> {
  const digests = artifacts.map(({ sha256 }) => sha256);
  return ledger.keeping.reserve(digests, fromMs + RESERVED_MS);
}

/** In the store as well, before anything says that it is kept. */
async function keep(
  { store, ledger }: CustodianDeps,
  { incident_id, artifacts }: Taken,
  retention: Retention,
): Promise<void> {
  const held = await ledger.keeping.isHeld(incident_id);
  for (const { sha256, collector } of artifacts) {
    await store.keepUntil(sha256, epochMs(dueAt(retention, collector)));
    if (held) await store.setLegalHold(sha256, true);
  }
}

function stillness({ frozen }: Taken) {
  if (frozen === null) return null;
  const { method, from_ms, to_ms } = frozen;
  return { method, from: instantOf(from_ms), to: to_ms === null ? '' : instantOf(to_ms) };
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
