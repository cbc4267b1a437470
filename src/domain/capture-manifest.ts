import { z } from 'zod';
import { gapSchema } from './events.ts';
import { artifactReportSchema, FREEZE_METHODS } from './host-capture.ts';
import {
  incidentIdSchema,
  instantSchema,
  nameSchema,
  severitySchema,
  sha256Schema,
} from './primitives.ts';
import { subjectSchema } from './report.ts';
import { retentionSchema } from './retention.ts';
import { storeStandingSchema } from './store-verdict.ts';

/** A handful of collectors for each of many hosts' worth of processes; more is not one snapshot. */
const MOST_ARTIFACTS = 1024;

/** Good as the name of a file anywhere, because a stranger will unpack it as one. */
const fileNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'is no plain name');

const bytesSchema = z.strictObject({ sha256: sha256Schema, size: z.int().nonnegative() });

const manifestArtifactSchema = z.strictObject({
  name: fileNameSchema,
  collector: z.string().min(1),
  /** Of the bytes before they were compressed and encrypted. */
  media_type: z.string().min(1).max(127),
  /** As they are kept: what anybody can check without a key. */
  stored: bytesSchema,
  /** Before they were compressed and encrypted; null where that is not known. */
  plain: bytesSchema.nullable(),
  encryption: artifactReportSchema.shape.encryption,
  compression: artifactReportSchema.shape.compression.nullable(),
  completeness: artifactReportSchema.shape.completeness,
  /** '' where it is complete. */
  reason: z.string(),
});
export type ManifestArtifact = z.infer<typeof manifestArtifactSchema>;

/** What was captured for an incident in one go, what was not and why, and how: the predicate that is signed. */
export const captureManifestSchema = z.strictObject({
  incident_id: incidentIdSchema,
  snapshot_id: fileNameSchema,
  severity: severitySchema,
  class: nameSchema,
  subject: subjectSchema,
  /** Where it was captured. */
  host: z.string().min(1).max(253),
  /** How the subject was kept still, and until when: '' in `to` while it still is. Null where it ran on. */
  frozen: z
    .strictObject({
      method: z.enum(FREEZE_METHODS),
      from: instantSchema,
      to: z.union([z.literal(''), instantSchema]),
    })
    .nullable(),
  artifacts: z
    .array(manifestArtifactSchema)
    .min(1)
    .max(MOST_ARTIFACTS)
    .refine(haveNamesOfTheirOwn, 'two artifacts have one name'),
  gaps: z.array(gapSchema),
  /** What collected. */
  tool: artifactReportSchema.shape.tool,
  /** When it was written, and by whose clock: `system` is ours alone, and vouched for by nobody. */
  clock: z.strictObject({ wall: instantSchema, source: nameSchema }),
  policy_digest: sha256Schema,
  /** Where the ledger stood; null where it could not be read. */
  ledger_head: z.strictObject({ seq: z.int().min(1), hash: sha256Schema }).nullable(),
  /** Until when the objects are kept, at least; null where nobody has decided. */
  retention: retentionSchema.nullable(),
  /** Where the objects are kept, and whether that store refuses to let go of them; absent where nobody tried. */
  store: z.exactOptional(storeStandingSchema),
});
export type CaptureManifest = z.infer<typeof captureManifestSchema>;

function haveNamesOfTheirOwn(artifacts: readonly { name: string }[]): boolean {
  return new Set(artifacts.map(({ name }) => name)).size === artifacts.length;
}
