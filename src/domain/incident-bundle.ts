import { z } from 'zod';
import { bundleScopeSchema } from './bundle-scope.ts';
import { bundleSealSchema } from './bundle.ts';
import { ledgerEntrySchema } from './ledger-entry.ts';
import { instantSchema, sha256Schema } from './primitives.ts';
import { redactionSchema } from './redaction.ts';

/** Which form a bundle has. Another version of it has another name, and is not read as this one. */
export const INCIDENT_BUNDLE_SCHEMA = 'urn:cordon:incident-bundle:v1';

/**
 * An entry of which something was taken out. Its hash is that of the entry in the ledger: by it and `prev_hash` the
 * chain is walked, and whoever has the ledger finds the entry. What is left of the body is not covered by it.
 */
export const redactedEntrySchema = z.strictObject({
  ...ledgerEntrySchema.omit({ key: true }).shape,
  redacted: z.literal(true),
  /** JSON pointers into the body; a last `*` stands for members that have no name to be told. */
  removed: z.array(z.string()),
});
export type RedactedEntry = z.infer<typeof redactedEntrySchema>;

const countSchema = z.int().nonnegative();

/** What the bundle says that it holds. */
export const bundleSummarySchema = z.strictObject({
  incidents: countSchema,
  audit_entries: countSchema,
  redacted_entries: countSchema,
  by_class: z.record(z.string(), countSchema),
  by_severity: z.record(z.string(), countSchema),
  by_type: z.record(z.string(), countSchema),
});
export type BundleSummary = z.infer<typeof bundleSummarySchema>;

/** What the hash of an incident bundle covers. Incidents are taken as they are, as in a whole export. */
export const incidentBundleContentSchema = z.strictObject({
  schema: z.literal(INCIDENT_BUNDLE_SCHEMA),
  exported_at: instantSchema,
  exported_by: z.string(),
  policy_digest: sha256Schema,
  scope: z.strictObject({
    asked: bundleScopeSchema,
    left_out: z.strictObject({ incidents: countSchema, audit_entries: countSchema }),
  }),
  redaction: redactionSchema,
  summary: bundleSummarySchema,
  incidents: z.array(z.looseObject({})),
  audit_entries: z.array(z.union([redactedEntrySchema, ledgerEntrySchema])),
});
export type IncidentBundleContent = z.infer<typeof incidentBundleContentSchema>;

/** The bundle of one incident as it is exported. */
export const incidentBundleSchema = z.strictObject({
  ...incidentBundleContentSchema.shape,
  ...bundleSealSchema.shape,
});
export type IncidentBundle = z.infer<typeof incidentBundleSchema>;
