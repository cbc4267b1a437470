import { createHmac } from 'node:crypto';
import type { Bundle, BundleContent, BundleSeal } from '../domain/bundle.ts';
import { Fault } from '../domain/fault.ts';
import type { IncidentBundle, IncidentBundleContent } from '../domain/incident-bundle.ts';
import { canonicalJson, canonicalLine } from './canonical.ts';
import { sha256Hex } from './digest.ts';
import type { SigningKey } from './signing-key.ts';
import { buildStatement, signStatement, type Statement } from './statement.ts';

/** The whole export, and the bundle of one incident, which names its schema. Both are sealed alike. */
export type AnyContent = BundleContent | IncidentBundleContent;
export type AnyBundle = Bundle | IncidentBundle;

export interface BundleKeys {
  /** The text of the service token, without surrounding white space. */
  serviceToken: string;
  signingKey: SigningKey;
}

const PREDICATE_TYPE = 'urn:cordon:forensic-bundle:v1';

/**
 * The content with all that vouches for it, as it is shipped: one line of canonical JSON. Throws Fault
 * `not_canonical` for content that is not JSON, and `no_service_token` for an empty token.
 */
export function sealBundle(content: AnyContent, keys: BundleKeys): Uint8Array {
  if (keys.serviceToken === '') {
    throw new Fault('no_service_token', 'no bundle without a service token', { retryable: false });
  }
  const covered = coveredBytes(content);
  const hash = sha256Hex(covered);
  const signature = serviceSignature(hash, keys.serviceToken);
  const seal: BundleSeal = {
    covered: covered.toString('base64'),
    bundle_hash: hash,
    signature,
    statement: signStatement(bundleStatement(content, hash, signature), keys.signingKey),
    public_key: keys.signingKey.publicKey.pem,
  };
  return canonicalLine({ ...content, ...seal });
}

/** The bytes that the bundle's hash covers: canonical JSON of the content and of nothing else. */
export function coveredBytes(bundle: AnyContent | AnyBundle): Buffer {
  const sealed: AnyContent & Partial<BundleSeal> = bundle;
  const {
    covered: _c,
    bundle_hash: _b,
    signature: _g,
    statement: _t,
    public_key: _k,
    ...content
  } = sealed;
  return Buffer.from(canonicalJson(content));
}

/** Hex HMAC-SHA256 under the service token, over the hash as the text that it is written as. */
export function serviceSignature(bundleHash: string, serviceToken: string): string {
  return createHmac('sha256', serviceToken).update(bundleHash).digest('hex');
}

/**
 * What our key states of a bundle. The service signature is part of it, so that a change of that is found
 * also by those who have no service token.
 */
export function bundleStatement(
  content: AnyContent,
  bundleHash: string,
  signature: string,
): Statement {
  const { exported_at, policy_digest, incidents, audit_entries } = content;
  const ofItsKind = 'schema' in content;
  const subject = { name: ofItsKind ? 'incident-bundle' : 'forensic-bundle', sha256: bundleHash };
  return buildStatement([subject], ofItsKind ? content.schema : PREDICATE_TYPE, {
    exported_at,
    policy_digest,
    incidents_count: incidents.length,
    audit_entries_count: audit_entries.length,
    signature,
  });
}
