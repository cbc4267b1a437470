import { z } from 'zod';
import { alertMarkSchema } from './alert.ts';
import { breakerProgressSchema } from './breaker.ts';
import {
  actionResultSchema,
  artifactSchema,
  attestationSchema,
  dismissalSchema,
  gapSchema,
  manifestTimeSchema,
} from './events.ts';
import { evidenceRefSchema } from './evidence.ts';
import { evidenceReceiptSchema } from './evidence-receipt.ts';
import {
  incidentIdSchema,
  instantOrEmptySchema,
  instantSchema,
  nameSchema,
  severitySchema,
  sha256Schema,
} from './primitives.ts';
import { playbookProgressSchema } from './playbook-progress.ts';
import { plannedActionSchema, slasSchema } from './plan.ts';
import { subjectSchema } from './report.ts';
import { triageMarkSchema } from './triage.ts';

export const STATES = [
  'open',
  'contained',
  'containment_failed',
  'acknowledged',
  'resolved',
  'closed',
] as const;
export const stateSchema = z.enum(STATES);
export type State = (typeof STATES)[number];

/** One containment step in the record of an incident, with what was last measured of it. */
export const containmentActionSchema = z.strictObject({
  ...actionResultSchema.shape,
  status: z.enum(['planned', 'contained', 'partial', 'failed', 'released', 'kept', 'manual']),
  resource: z.string(),
  at: instantOrEmptySchema,
  attempts: z.int().nonnegative(),
  /** As it was planned, where it is not about the incident's own subject. */
  on: plannedActionSchema.shape.on,
});
export type ContainmentAction = z.infer<typeof containmentActionSchema>;

/** How often the cause was seen again. The digest is over all of them, told singly or not. */
export const observationsSchema = z.strictObject({
  count: z.int().positive(),
  first_at: instantSchema,
  last_at: instantSchema,
  digest: sha256Schema,
  /** How many of them no entry tells of singly. */
  aggregated: z.int().nonnegative(),
});
export type Observations = z.infer<typeof observationsSchema>;

export const relatedSchema = z.strictObject({
  incident_id: incidentIdSchema,
  as: z.enum([
    'merged_into',
    'merged_from',
    'split_off',
    'split_from',
    'reopened_as',
    'reopened_from',
  ]),
});
export type Related = z.infer<typeof relatedSchema>;

/** An incident as the API shows it and the register holds it: the fold of its events. */
export const incidentRecordSchema = z.strictObject({
  id: incidentIdSchema,
  class: nameSchema,
  severity: severitySchema,
  state: stateSchema,
  source: z.string(),
  description: z.string(),
  evidence: z.record(z.string(), z.json()),
  subject: subjectSchema,
  reported_by: z.string(),
  occurred_at: instantSchema,
  created_at: instantSchema,
  updated_at: instantSchema,
  policy_digest: sha256Schema,
  auto_contain: z.boolean(),
  latched: z.boolean(),
  require_ack: z.boolean(),
  require_reattest: z.boolean(),
  require_review: z.boolean(),
  slas: slasSchema,
  containment_actions: z.array(containmentActionSchema),
  contained_at: instantOrEmptySchema,
  artifacts: z.array(artifactSchema),
  gaps: z.array(gapSchema),
  /** What destructive steps rely on; null where no evidence was kept, or all of it fell short. */
  evidence_receipt: evidenceReceiptSchema.nullable().default(null),
  /** Of its manifests, as far as an authority has stamped them. */
  timestamps: z.array(manifestTimeSchema).default([]),
  /** Why destructive steps were taken without evidence; '' where they were not. */
  evidence_waived: z.string().default(''),
  binding: z.union([z.literal(''), sha256Schema]),
  acked_at: instantOrEmptySchema,
  acked_by: z.string(),
  ack_claim: z.string(),
  re_attested_at: instantOrEmptySchema,
  attestation_refused: z.string(),
  /** The last attempt of the host to prove itself; null before the first. */
  attestation: attestationSchema.nullable().default(null),
  /** The TPM's count of resets at containment; null where it is not known. */
  reset_count: z.int().nonnegative().nullable().default(null),
  escalated_at: instantOrEmptySchema,
  sla_breaches: z.array(z.string()),
  resolved_at: instantOrEmptySchema,
  resolved_by: z.string(),
  released_at: instantOrEmptySchema,
  bundle: evidenceRefSchema.nullable(),
  closed_at: instantOrEmptySchema,
  closed_by: z.string(),
  /** The alert that it began as; null where it was reported otherwise. */
  alert: alertMarkSchema.nullable().default(null),
  /** Why it is of its class; null where no tree was asked. */
  triage: triageMarkSchema.nullable().default(null),
  /** Further alerts of its cause; null where none came. */
  observations: observationsSchema.nullable().default(null),
  /** Whom else the fault has struck, beside `subject`. */
  further_subjects: z.array(subjectSchema).default([]),
  raised_at: instantOrEmptySchema.default(''),
  /** Incidents that people have found to be the same, or not the same; and the same again soon after. */
  related: z.array(relatedSchema).default([]),
  /** How far it has come in its playbook; absent where it has none. */
  playbook: z.exactOptional(playbookProgressSchema),
  /** Why it was none; absent where nobody said so. */
  dismissal: z.exactOptional(dismissalSchema),
  /** What waits, or has waited, for a person because too much would have been destroyed; absent where nothing has. */
  breaker: z.exactOptional(breakerProgressSchema),
});
export type Incident = z.infer<typeof incidentRecordSchema>;
