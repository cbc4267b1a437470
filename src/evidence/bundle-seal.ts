import { createHmac } from 'node:crypto';
import type { BundleContent } from '../domain/bundle.ts';
import { canonicalJson } from './canonical.ts';
import { buildStatement, type Statement } from './statement.ts';

const PREDICATE_TYPE = 'urn:cordon:forensic-bundle:v1';

/** The bytes that the bundle's hash covers: canonical JSON of the content and of nothing else. */
export function coveredBytes(content: BundleContent): Buffer {
  const { exported_at, incidents, audit_entries, system_state, policy_digest } = content;
  return Buffer.from(
    canonicalJson({ exported_at, incidents, audit_entries, system_state, policy_digest }),
  );
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
  content: BundleContent,
  bundleHash: string,
  signature: string,
): Statement {
  const { exported_at, policy_digest, incidents, audit_entries } = content;
  return buildStatement({ name: 'forensic-bundle', sha256: bundleHash }, PREDICATE_TYPE, {
    exported_at,
    policy_digest,
    incidents_count: incidents.length,
    audit_entries_count: audit_entries.length,
    signature,
  });
}
