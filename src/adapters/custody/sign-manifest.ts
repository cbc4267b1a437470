import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder, type Signer } from '@sigstore/sign';
import type { CaptureManifest } from '../../domain/capture-manifest.ts';
import { Fault } from '../../domain/fault.ts';
import { canonicalLine } from '../../evidence/canonical.ts';
import { buildManifest, verifyManifest } from '../../evidence/manifest.ts';
import type { SigningKey } from '../../evidence/signing-key.ts';
import { STATEMENT_MEDIA_TYPE, statementBytes } from '../../evidence/statement.ts';
import { verifySigstoreBundle } from './verify-sigstore.ts';

/**
 * A signed manifest as it is kept: a Sigstore bundle v0.3 in one line of canonical JSON. It asks nobody
 * else: no log, no certificate authority, no network. Faults: `nothing_captured`, `manifest_unverifiable`.
 */
export async function signManifest(
  manifest: CaptureManifest,
  key: SigningKey,
): Promise<Uint8Array> {
  const data = Buffer.from(statementBytes(buildManifest(manifest)));
  const builder = new DSSEBundleBuilder({ signer: signerWith(key), witnesses: [] });
  const bundle = await builder.create({ data, type: STATEMENT_MEDIA_TYPE });
  const bytes = canonicalLine(bundleToJSON(bundle));
  requireVerifiable(bytes, key);
  return bytes;
}

function signerWith({ publicKey, sign }: SigningKey): Signer {
  return {
    sign: async (bytes) => ({
      signature: Buffer.from(sign(bytes)),
      key: { $case: 'publicKey', publicKey: publicKey.pem, hint: publicKey.keyId },
    }),
  };
}

/** By two implementations, because it is written once and believed for years. */
function requireVerifiable(bytes: Uint8Array, { publicKey }: SigningKey): void {
  const verdicts = [verifyManifest(bytes, publicKey), verifySigstoreBundle(bytes, publicKey)];
  for (const verdict of verdicts) {
    if (verdict.valid) continue;
    const message = `the manifest just signed is refused: ${verdict.detail}`;
    throw new Fault('manifest_unverifiable', message, { retryable: false });
  }
}
