import { timingSafeEqual } from 'node:crypto';
import { bundleSchema } from '../domain/bundle.ts';
import { INCIDENT_BUNDLE_SCHEMA, incidentBundleSchema } from '../domain/incident-bundle.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { type AnyBundle, bundleStatement, coveredBytes, serviceSignature } from './bundle-seal.ts';
import { canonicalJson, parseCanonicalLine } from './canonical.ts';
import { verifyChain } from './chain.ts';
import { sha256Hex } from './digest.ts';
import { decodeBase64, envelopeOf, verifyEnvelope } from './dsse.ts';
import { loadPublicKey, type PublicKey } from './signing-key.ts';
import type { VerifyTimestamp } from './timestamp.ts';
import { STATEMENT_MEDIA_TYPE, statementBytes } from './statement.ts';

/** What the verifier brings along: nothing in the bundle can vouch for the bundle. */
export interface BundleTrust {
  /** SPKI PEM. */
  publicKey?: string | Uint8Array;
  /** Trusts the key in the bundle if this is its id. */
  keyId?: string;
  serviceToken?: string;
  /** By whose word times are believed; without it they are not checked. */
  verifyTimestamp?: VerifyTimestamp;
}

export type BundleRefusal =
  | 'not_canonical'
  | 'malformed'
  | 'covered_mismatch'
  | 'hash_mismatch'
  | 'bad_key'
  | 'foreign_key'
  | 'bad_statement'
  | 'bad_service_signature'
  | 'chain_broken'
  | 'unknown_schema'
  | 'summary_mismatch'
  | 'not_redacted';

export interface Refusal {
  valid: false;
  reason: BundleRefusal;
  detail: string;
}

/** The value itself and not the parsed one, so that nothing in it can be parsed away unseen. */
export function readBundle(bytes: Uint8Array): AnyBundle | Refusal {
  const value = parseCanonicalLine(bytes);
  if (value === undefined) {
    return refuse('not_canonical', 'the file is not one line of canonical JSON');
  }
  if (isBundle(value)) return value;
  const schema = schemaOf(value);
  return schema === undefined || schema === INCIDENT_BUNDLE_SCHEMA
    ? refuse('malformed', 'the file is JSON and not a forensic bundle')
    : refuse('unknown_schema', `its schema is not ${INCIDENT_BUNDLE_SCHEMA}`);
}

function isBundle(value: unknown): value is AnyBundle {
  const schema = schemaOf(value) === undefined ? bundleSchema : incidentBundleSchema;
  return schema.safeParse(value).success;
}

/** Only the bundle of an incident names one. */
function schemaOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('schema' in value)) return undefined;
  return value.schema;
}

export function chooseKey(
  bundle: AnyBundle,
  { publicKey, keyId }: BundleTrust,
): PublicKey | Refusal {
  const given = publicKey === undefined ? undefined : readKey(publicKey);
  if (given === null) return refuse('bad_key', 'the given key is not an Ed25519 public key in PEM');
  const embedded = readKey(bundle.public_key);
  if (embedded?.pem !== bundle.public_key) {
    return refuse('bad_key', 'the key in the bundle is not an Ed25519 public key in PEM');
  }
  const trusted = [given?.keyId, keyId].filter((id) => id !== undefined);
  const strange = trusted.find((id) => id !== embedded.keyId);
  if (strange === undefined) return embedded;
  return refuse('foreign_key', `signed by key ${embedded.keyId}, and ${strange} is trusted`);
}

function readKey(pem: string | Uint8Array): PublicKey | null {
  try {
    return loadPublicKey(pem);
  } catch {
    return null;
  }
}

export function checkHash(bundle: AnyBundle): Refusal | null {
  const covered = coveredBytes(bundle);
  if (covered.toString('base64') !== bundle.covered) {
    return refuse('covered_mismatch', 'the content is not what the covered bytes say');
  }
  if (sha256Hex(covered) === bundle.bundle_hash) return null;
  return refuse('hash_mismatch', 'the covered bytes do not have the hash in bundle_hash');
}

/** The statement must be the very one that this bundle has, in the one form that we write. */
export function checkStatement(bundle: AnyBundle, key: PublicKey): Refusal | null {
  const verdict = verifyEnvelope(bundle.statement, STATEMENT_MEDIA_TYPE, key);
  if (!verdict.valid) {
    const reason = verdict.reason === 'foreign_key' ? 'foreign_key' : 'bad_statement';
    return refuse(reason, verdict.detail);
  }
  const due = statementBytes(bundleStatement(bundle, bundle.bundle_hash, bundle.signature));
  const signature = decodeBase64(bundle.statement.signatures[0]?.sig ?? '') ?? new Uint8Array();
  const expected = envelopeOf(STATEMENT_MEDIA_TYPE, due, key.keyId, signature);
  if (canonicalJson(expected) === canonicalJson(bundle.statement)) return null;
  return refuse('bad_statement', 'the signed statement is not about this bundle');
}

export function checkServiceSignature(
  bundle: AnyBundle,
  serviceToken: string | undefined,
): Refusal | null {
  if (serviceToken === undefined) return null;
  const expected = Buffer.from(serviceSignature(bundle.bundle_hash, serviceToken), 'hex');
  if (timingSafeEqual(expected, Buffer.from(bundle.signature, 'hex'))) return null;
  return refuse('bad_service_signature', 'the signature is not by the given service token');
}

export async function checkEntries(entries: readonly LedgerEntry[]): Promise<Refusal | null> {
  for (const run of unbrokenRuns(entries)) {
    const [first] = run;
    if (!first) continue;
    const from = first.seq === 1 ? {} : { from: { seq: first.seq - 1, hash: first.prev_hash } };
    const report = await verifyChain(run, from);
    if (!report.valid) return refuse('chain_broken', report.detail);
  }
  return null;
}

/** Splits where the sequence leaps forward; going back is for the chain to refuse. */
export function unbrokenRuns<Entry extends { seq: number }>(entries: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  let before = -Infinity;
  for (const entry of entries) {
    if (entry.seq > before + 1) runs.push([]);
    runs.at(-1)?.push(entry);
    before = entry.seq;
  }
  return runs;
}

export function refuse(reason: BundleRefusal, detail: string): Refusal {
  return { valid: false, reason, detail };
}
