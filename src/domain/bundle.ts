import { z } from 'zod';
import { dsseEnvelopeSchema } from './dsse.ts';
import { ledgerEntrySchema } from './ledger-entry.ts';
import { instantSchema, sha256Schema } from './primitives.ts';

/**
 * What the hash of a bundle covers. Incidents are taken as they are: a bundle must be verifiable by a
 * version that knows other members of an incident than the one that wrote it.
 */
export const bundleContentSchema = z.strictObject({
  exported_at: instantSchema,
  incidents: z.array(z.looseObject({})),
  audit_entries: z.array(ledgerEntrySchema),
  system_state: z.looseObject({}),
  policy_digest: sha256Schema,
});
export type BundleContent = z.infer<typeof bundleContentSchema>;

/** What vouches for a bundle of any kind, beside its content. */
export const bundleSealSchema = z.strictObject({
  /** Base64 of the bytes that `bundle_hash` is the SHA-256 of: the canonical JSON of the content. */
  covered: z.string(),
  bundle_hash: sha256Schema,
  /** Hex HMAC-SHA256 of the text of `bundle_hash` under the service token. */
  signature: sha256Schema,
  statement: dsseEnvelopeSchema,
  /** SPKI PEM of the key that signed the statement. It says who claims to have signed, and proves nothing. */
  public_key: z.string().max(1024),
});
export type BundleSeal = z.infer<typeof bundleSealSchema>;

/** A forensic bundle as it is exported. */
export const bundleSchema = z.strictObject({
  ...bundleContentSchema.shape,
  ...bundleSealSchema.shape,
});
export type Bundle = z.infer<typeof bundleSchema>;
