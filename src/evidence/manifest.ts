import { type CaptureManifest, captureManifestSchema } from '../domain/capture-manifest.ts';
import { Fault } from '../domain/fault.ts';
import { sigstoreBundleSchema } from '../domain/sigstore-bundle.ts';
import { canonicalJson, parseCanonicalLine } from './canonical.ts';
import type { DsseRefusal } from './dsse.ts';
import type { PublicKey } from './signing-key.ts';
import { buildStatement, type Named, type Statement, verifyStatement } from './statement.ts';

export const MANIFEST_MEDIA_TYPE = sigstoreBundleSchema.shape.mediaType.value;
const PREDICATE_TYPE = 'urn:cordon:forensic-capture:v1';

export type ManifestVerdict =
  | { valid: true; manifest: CaptureManifest }
  | { valid: false; reason: DsseRefusal; detail: string };

/**
 * The statement of a capture: its subjects are the objects as they are kept, so that they can be checked
 * without any key. Throws Fault `nothing_captured` without artifacts: what has no object vouches for nothing.
 */
export function buildManifest(manifest: CaptureManifest): Statement {
  const [first, ...others] = manifest.artifacts.map(named);
  if (!first) {
    throw new Fault('nothing_captured', 'no manifest without an artifact', { retryable: false });
  }
  return buildStatement([first, ...others], PREDICATE_TYPE, captureManifestSchema.parse(manifest));
}

/** Verifies a manifest as it is kept: one line of canonical JSON, a Sigstore bundle. Never throws. */
export function verifyManifest(bytes: Uint8Array, key: PublicKey): ManifestVerdict {
  const bundle = sigstoreBundleSchema.safeParse(parseCanonicalLine(bytes));
  if (!bundle.success) return refuse('malformed', 'not a Sigstore bundle in canonical JSON');
  const { verificationMaterial, dsseEnvelope } = bundle.data;
  if (verificationMaterial.publicKey.hint !== key.keyId) {
    return refuse('foreign_key', `signed by another key than ${key.keyId}`);
  }
  const verdict = verifyStatement(dsseEnvelope, PREDICATE_TYPE, key);
  return verdict.valid ? readManifest(verdict.statement) : verdict;
}

/** Objects and artifacts must be the same: who checks only the one must not miss any of the other. */
function readManifest(statement: Statement): ManifestVerdict {
  const parsed = captureManifestSchema.safeParse(statement.predicate);
  if (!parsed.success) return refuse('malformed', 'the statement is not of a capture');
  const due = buildManifest(parsed.data);
  if (canonicalJson(due.subject) === canonicalJson(statement.subject)) {
    return { valid: true, manifest: parsed.data };
  }
  return refuse('malformed', 'the objects of the statement are not those of its artifacts');
}

function named({ name, stored }: CaptureManifest['artifacts'][number]): Named {
  return { name, sha256: stored.sha256 };
}

function refuse(reason: DsseRefusal, detail: string): ManifestVerdict {
  return { valid: false, reason, detail };
}
