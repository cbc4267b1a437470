import { signManifest } from '../../src/adapters/custody/sign-manifest.ts';
import type { CaptureManifest, ManifestArtifact } from '../../src/domain/capture-manifest.ts';
import type { EvidenceRef, EvidenceStore } from '../../src/domain/evidence.ts';
import { ALWAYS_ENCRYPTED, COLLECTORS, type Collector } from '../../src/domain/host-capture.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { MANIFEST_MEDIA_TYPE } from '../../src/evidence/manifest.ts';
import type { SigningKey } from '../../src/evidence/signing-key.ts';

/** One artifact of every collector, and one gap. */
export function captureOf(artifacts = COLLECTORS.map(artifactOf)): CaptureManifest {
  return {
    incident_id: 'INC-20260101-120000-0badcafe',
    snapshot_id: '00c0ffee00c0ffee',
    severity: 'critical',
    class: 'integrity_violation',
    subject: { host: 'web-1', agent: 'crawler' },
    host: 'web-1',
    frozen: { method: 'cgroup_freezer', from: '2026-01-01T12:00:00.000Z', to: '' },
    artifacts,
    gaps: [{ collector: 'status:registry', reason: 'deadline' }],
    tool: { name: 'cordon', version: '0.1.0' },
    clock: { wall: '2026-01-01T12:00:03.000Z', source: 'system' },
    policy_digest: 'ab'.repeat(32),
    ledger_head: { seq: 7, hash: 'cd'.repeat(32) },
    retention: { until: '2026-04-01T12:00:00.000Z', memory_until: '2026-01-31T12:00:00.000Z' },
  };
}

/** What that collector brought, as it is kept. */
export function bytesOf(collector: Collector): Uint8Array {
  return Buffer.from(`what ${collector} showed`);
}

/** Puts every object and the signed manifest into the store, and gives back the address of the manifest. */
export async function keepCapture(
  store: EvidenceStore,
  key: SigningKey,
  manifest = captureOf(),
): Promise<EvidenceRef> {
  for (const collector of COLLECTORS) await store.put(bytesOf(collector), 'application/zstd');
  return store.put(await signManifest(manifest, key), MANIFEST_MEDIA_TYPE);
}

function artifactOf(collector: Collector): ManifestArtifact {
  const bytes = bytesOf(collector);
  const secret = ALWAYS_ENCRYPTED.includes(collector);
  return {
    name: `${collector}.zst${secret ? '.age' : ''}`,
    collector,
    media_type: 'application/octet-stream',
    stored: { sha256: sha256Hex(bytes), size: bytes.length },
    plain: { sha256: sha256Hex(`plain ${collector}`), size: 4096 },
    encryption: secret ? { scheme: 'age', recipients: [`age1${'q'.repeat(58)}`] } : null,
    compression: 'zstd',
    completeness: collector === 'logs' ? 'truncated' : 'complete',
    reason: collector === 'logs' ? 'more than 64 MB' : '',
  };
}
