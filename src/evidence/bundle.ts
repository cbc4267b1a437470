import type { Bundle, BundleContent } from '../domain/bundle.ts';
import { Fault } from '../domain/fault.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import {
  type BundleTrust,
  checkEntries,
  checkHash,
  checkServiceSignature,
  checkStatement,
  chooseKey,
  readBundle,
  type Refusal,
  unbrokenRuns,
} from './bundle-checks.ts';
import { bundleStatement, coveredBytes, serviceSignature } from './bundle-seal.ts';
import { canonicalLine } from './canonical.ts';
import { sha256Hex } from './digest.ts';
import type { SigningKey } from './signing-key.ts';
import { signStatement } from './statement.ts';

export interface BundleSource {
  /** ISO instant, UTC, milliseconds. */
  exportedAt: string;
  incidents: readonly Incident[];
  /** In the order of their sequence; gaps are allowed. */
  auditEntries: readonly LedgerEntry[];
  systemState: Record<string, unknown>;
  policyDigest: string;
}

export interface BundleKeys {
  /** The text of the service token, without surrounding white space. */
  serviceToken: string;
  signingKey: SigningKey;
}

export type BundleCheck =
  | 'canonical_form'
  | 'covered_bytes'
  | 'bundle_hash'
  | 'statement'
  | 'service_signature'
  /** The entries are an unbroken chain. */
  | 'audit_chain'
  /** There are gaps: each entry matches its hash, and its neighbours where these are there. */
  | 'audit_entries';

/**
 * `embedded_key`: the bundle agrees with itself, and whoever wrote it had the key that is in it. That says
 * nothing of who that was: compare `key_id` with what the installation tells you by another way.
 */
export type BundleVerdict =
  | {
      valid: true;
      checked: BundleCheck[];
      key_id: string;
      trust: 'given_key' | 'embedded_key';
    }
  | Refusal;

/**
 * Makes a forensic bundle as it is shipped: one line of canonical JSON, so that it has exactly one form
 * and any changed byte shows. Throws Fault `not_canonical` for content that is not JSON, and
 * `no_service_token` for an empty token.
 */
export function buildBundle(source: BundleSource, keys: BundleKeys): Uint8Array {
  if (keys.serviceToken === '') {
    throw new Fault('no_service_token', 'no bundle without a service token', { retryable: false });
  }
  const content: BundleContent = {
    exported_at: source.exportedAt,
    incidents: [...source.incidents],
    audit_entries: [...source.auditEntries],
    system_state: source.systemState,
    policy_digest: source.policyDigest,
  };
  const covered = coveredBytes(content);
  const hash = sha256Hex(covered);
  const signature = serviceSignature(hash, keys.serviceToken);
  const bundle: Bundle = {
    ...content,
    covered: covered.toString('base64'),
    bundle_hash: hash,
    signature,
    statement: signStatement(bundleStatement(content, hash, signature), keys.signingKey),
    public_key: keys.signingKey.publicKey.pem,
  };
  return canonicalLine(bundle);
}

/**
 * Verifies a bundle offline. Finds any changed byte of the file, given or not the service token. Never
 * throws, whatever the bytes are.
 */
export async function verifyBundle(
  bytes: Uint8Array,
  trust: BundleTrust = {},
): Promise<BundleVerdict> {
  const bundle = readBundle(bytes);
  if ('reason' in bundle) return bundle;
  const key = chooseKey(bundle, trust);
  if ('reason' in key) return key;
  const refusal =
    checkHash(bundle) ??
    checkStatement(bundle, key) ??
    checkServiceSignature(bundle, trust.serviceToken) ??
    (await checkEntries(bundle.audit_entries));
  if (refusal) return refusal;
  return {
    valid: true,
    checked: checksOf(bundle, trust),
    key_id: key.keyId,
    trust: (trust.publicKey ?? trust.keyId) === undefined ? 'embedded_key' : 'given_key',
  };
}

function checksOf(bundle: Bundle, trust: BundleTrust): BundleCheck[] {
  const checked: BundleCheck[] = ['canonical_form', 'covered_bytes', 'bundle_hash', 'statement'];
  if (trust.serviceToken !== undefined) checked.push('service_signature');
  const runs = unbrokenRuns(bundle.audit_entries).length;
  if (runs > 0) checked.push(runs === 1 ? 'audit_chain' : 'audit_entries');
  return checked;
}
