import type { Incident } from '../domain/incident-record.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { isRedacting } from '../domain/redaction.ts';
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
import { type AnyBundle, type BundleKeys, sealBundle } from './bundle-seal.ts';
import { checkIncidentBundle } from './incident-bundle-checks.ts';

export interface BundleSource {
  /** ISO instant, UTC, milliseconds. */
  exportedAt: string;
  incidents: readonly Incident[];
  /** In the order of their sequence; gaps are allowed. */
  auditEntries: readonly LedgerEntry[];
  systemState: Record<string, unknown>;
  policyDigest: string;
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
  | 'audit_entries'
  /** The entries are redacted: each names the one before it where that is there; their hashes were not recomputed. */
  | 'audit_links'
  | 'schema_version'
  | 'summary_counts'
  /** Nothing that the redaction removes is in it. A digest does not show whether it was replaced. */
  | 'no_leak_markers';

/**
 * `embedded_key`: the bundle agrees with itself, and whoever wrote it had the key that is in it. That says
 * nothing of who that was: compare `key_id` with what the installation tells you by another way.
 */
export interface Accepted {
  valid: true;
  checked: BundleCheck[];
  key_id: string;
  trust: 'given_key' | 'embedded_key';
}

export type BundleVerdict = Accepted | Refusal;

export type Verified =
  { verdict: Accepted; bundle: AnyBundle } | { verdict: Refusal; bundle: null };

/**
 * Makes a forensic bundle as it is shipped: one line of canonical JSON, so that it has exactly one form
 * and any changed byte shows. Throws what `sealBundle` throws.
 */
export function buildBundle(source: BundleSource, keys: BundleKeys): Uint8Array {
  const content = {
    exported_at: source.exportedAt,
    incidents: [...source.incidents],
    audit_entries: [...source.auditEntries],
    system_state: source.systemState,
    policy_digest: source.policyDigest,
  };
  return sealBundle(content, keys);
}

/**
 * Verifies a bundle offline. Finds any changed byte of the file, given or not the service token. Never
 * throws, whatever the bytes are.
 */
export async function verifyBundle(
  bytes: Uint8Array,
  trust: BundleTrust = {},
): Promise<BundleVerdict> {
  return (await readVerified(bytes, trust)).verdict;
}

/** The same, and the bundle to go on with: null where it is refused. */
export async function readVerified(bytes: Uint8Array, trust: BundleTrust = {}): Promise<Verified> {
  const bundle = readBundle(bytes);
  if ('reason' in bundle) return { verdict: bundle, bundle: null };
  const key = chooseKey(bundle, trust);
  if ('reason' in key) return { verdict: key, bundle: null };
  const refusal =
    checkHash(bundle) ??
    checkStatement(bundle, key) ??
    checkServiceSignature(bundle, trust.serviceToken) ??
    (await checkContent(bundle));
  if (refusal) return { verdict: refusal, bundle: null };
  const verdict: Accepted = {
    valid: true,
    checked: checksOf(bundle, trust),
    key_id: key.keyId,
    trust: (trust.publicKey ?? trust.keyId) === undefined ? 'embedded_key' : 'given_key',
  };
  return { verdict, bundle };
}

function checkContent(bundle: AnyBundle): Promise<Refusal | null> {
  return 'schema' in bundle ? checkIncidentBundle(bundle) : checkEntries(bundle.audit_entries);
}

function checksOf(bundle: AnyBundle, trust: BundleTrust): BundleCheck[] {
  const checked: BundleCheck[] = ['canonical_form', 'covered_bytes', 'bundle_hash', 'statement'];
  if (trust.serviceToken !== undefined) checked.push('service_signature');
  const redacted = 'schema' in bundle && isRedacting(bundle.redaction);
  const runs = unbrokenRuns<{ seq: number }>(bundle.audit_entries).length;
  if (runs > 0 && redacted) checked.push('audit_links');
  else if (runs > 0) checked.push(runs === 1 ? 'audit_chain' : 'audit_entries');
  if ('schema' in bundle) checked.push('schema_version', 'summary_counts');
  if (redacted) checked.push('no_leak_markers');
  return checked;
}
