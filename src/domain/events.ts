import { z } from 'zod';
import { alertMarkSchema } from './alert.ts';
import { breakerHeldSchema } from './breaker.ts';
import { custodyEventSchema } from './custody.ts';
import { ASSURANCES, TRUSTS } from './enrolment.ts';
import { evidenceRefSchema } from './evidence.ts';
import { evidenceReceiptSchema } from './evidence-receipt.ts';
import { artifactReportSchema } from './host-capture.ts';
import { playbookEventSchemas } from './playbook-events.ts';
import {
  incidentIdSchema,
  instantOrEmptySchema,
  instantSchema,
  nameSchema,
  severitySchema,
  sha256Schema,
} from './primitives.ts';
import { clockSchema } from './clock.ts';
import { courseSchema, ON_CAPTURE_FAILURE, plannedActionSchema, planSchema } from './plan.ts';
import { ROLES } from './principal.ts';
import { subjectSchema } from './report.ts';
import { retentionSchema } from './retention.ts';
import { triageMarkSchema } from './triage.ts';

export const gapSchema = z.strictObject({ collector: z.string(), reason: z.string() });
export const artifactSchema = z.strictObject({
  collector: z.string(),
  ...evidenceRefSchema.shape,
  /** Of what a host sent: how whole it is, and what it was before it was compressed and encrypted. */
  from_host: z.exactOptional(
    artifactReportSchema.pick({
      completeness: true,
      reason: true,
      media_type: true,
      plain: true,
      compression: true,
      encryption: true,
    }),
  ),
});
export type Artifact = z.infer<typeof artifactSchema>;
export type Gap = z.infer<typeof gapSchema>;

/** What was measured of one action: the target's own state after acting, never the action's answer. */
export const actionResultSchema = z.strictObject({
  action: nameSchema,
  target: z.string(),
  status: z.enum(['contained', 'partial', 'failed']),
  reason: z.string(),
  detail: z.string(),
});
export type ActionResult = z.infer<typeof actionResultSchema>;

/** `kept`: another incident still holds it. `manual`: people alone may undo it. */
export const releaseResultSchema = z.strictObject({
  action: nameSchema,
  target: z.string(),
  status: z.enum(['released', 'kept', 'manual', 'failed']),
  reason: z.string(),
  detail: z.string(),
});
export type ReleaseResult = z.infer<typeof releaseResultSchema>;

/** What a host was believed by: a quote that its TPM signed, or the word of its own attestor. */
export const PROOFS = ['tpm_quote', 'attestor_claim'] as const;

/** One attempt of a host to prove itself. Everything that says what it is worth goes wherever the verdict goes. */
export const attestationSchema = z.strictObject({
  accepted: z.boolean(),
  /** `ok`, or the stable code of the refusal. */
  reason: z.string(),
  detail: z.string(),
  host: z.string().default(''),
  proof: z.enum(['', ...PROOFS]).default(''),
  assurance: z.enum(['', ...ASSURANCES]),
  trust: z.enum(['', ...TRUSTS]).default(''),
  /** The known-good baseline that was matched whole; '' where none was. */
  baseline: z.string().default(''),
  attestor: z.string(),
  /** What the host's own attestor said beside the proof; '' where it was not asked. It decides nothing. */
  attestor_says: z.string().default(''),
  /** The TPM's count of resets, where the quote was authentic. */
  reset_count: z.int().nonnegative().nullable().default(null),
  expires_at: instantOrEmptySchema.default(''),
  evidence: evidenceRefSchema.nullable(),
});
export type Attestation = z.infer<typeof attestationSchema>;

/** When a signed manifest was there at the latest, by the word of a time-stamping authority (RFC 3161). */
export const manifestTimeSchema = z.strictObject({
  manifest: sha256Schema,
  token: evidenceRefSchema,
  /** By the authority's clock. */
  time: instantSchema,
  /** The subject of the certificate that signed it. */
  authority: z.string().max(512),
});

/** What a witness says of a report. `unknown` is no reason to do less than for what is confirmed. */
export const VERDICTS = ['confirmed', 'denied', 'unknown'] as const;

/** The event times of alerts, epoch ms, as far as they can matter to the class's counter. */
export const countedSchema = z.strictObject({
  threshold: z.int().min(1),
  window_ms: z.int().positive(),
  times: z.array(z.int()).min(1),
});
export type CountedTimes = z.infer<typeof countedSchema>;

/** That an incident was none. */
export const dismissalSchema = z.strictObject({
  reason: z.string().min(1).max(4_096),
  tune: z.string().max(4_096),
});
export type Dismissal = z.infer<typeof dismissalSchema>;

/** A further subject of the same fault, and what is done about it. */
export const wideningSchema = z.strictObject({
  subject: subjectSchema,
  actions: z.array(plannedActionSchema),
});
export type Widening = z.infer<typeof wideningSchema>;

/** Everything that can happen to an incident. `apply` folds these into the incident. */
export const incidentEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('reported'),
    id: incidentIdSchema,
    class: nameSchema,
    source: z.string(),
    description: z.string(),
    evidence: z.record(z.string(), z.json()),
    subject: subjectSchema,
    reported_by: z.string(),
    occurred_at: instantSchema,
    plan: planSchema,
    /** The alert that it was; absent where nobody's alert was read. */
    alert: z.exactOptional(alertMarkSchema),
    /** Why it is of this class; absent where no tree was asked. */
    triage: z.exactOptional(triageMarkSchema),
  }),
  z.strictObject({
    type: z.literal('observed'),
    source: z.string(),
    reported_by: z.string(),
    /** How many alerts of the cause: one, or all since the last such event where they came too fast to be told singly. */
    count: z.int().positive(),
    /** Of the events that they tell of. */
    first_at: instantSchema,
    last_at: instantSchema,
    /** SHA-256 over the digest of the event before and the identities of these, in the order they came. */
    digest: sha256Schema,
    /** Of a single one: which it was, and what it says. */
    alert: z.exactOptional(alertMarkSchema),
    description: z.exactOptional(z.string()),
    evidence: z.exactOptional(z.record(z.string(), z.json())),
    /** Absent where the class is not counted. */
    counted: z.exactOptional(countedSchema),
    /** The course of an alert more severe than the incident was. */
    raises: z.exactOptional(courseSchema),
    widens: z.exactOptional(wideningSchema),
  }),
  z.strictObject({
    type: z.literal('corroborated'),
    /** Who was asked, beside whoever reported it. */
    witness: z.string(),
    verdict: z.enum(VERDICTS),
    reason: z.string(),
  }),
  z.strictObject({ type: z.literal('raised'), from: severitySchema, course: courseSchema }),
  z.strictObject({ type: z.literal('widened'), ...wideningSchema.shape }),
  z.strictObject({
    type: z.literal('merged'),
    by: z.string(),
    reason: z.string(),
    /** The other incident. `into`: further alerts of this one's causes join the other; `from`: they join this one. */
    other: incidentIdSchema,
    way: z.enum(['into', 'from']),
  }),
  z.strictObject({
    type: z.literal('split'),
    by: z.string(),
    reason: z.string(),
    other: incidentIdSchema,
    /** `off`: an alert of this incident became the other; `from`: this one began as an alert of the other. */
    way: z.enum(['off', 'from']),
  }),
  z.strictObject({
    type: z.literal('reflex'),
    action: nameSchema,
    target: z.string(),
    applied: z.boolean(),
    detail: z.string(),
    took_ms: z.number().nonnegative(),
  }),
  z.strictObject({
    type: z.literal('escalated'),
    from: severitySchema,
    count: z.int(),
    course: courseSchema,
  }),
  z.strictObject({ type: z.literal('action'), result: actionResultSchema }),
  z.strictObject({
    type: z.literal('captured'),
    artifacts: z.array(artifactSchema),
    gaps: z.array(gapSchema),
    /** The TPM's count of resets as it was quoted now; null where no authentic quote could be had. */
    reset_count: z.int().nonnegative().nullable().default(null),
    /** Of the signed manifest of these artifacts; null where there is none. */
    receipt: evidenceReceiptSchema.nullable().default(null),
    /** The further subject that it was captured from; absent where it is the incident's own. */
    of: z.exactOptional(subjectSchema),
    /** The collectors that failed or ran out of time; absent where none did. What destroys evidence waits for them. */
    short_of: z.exactOptional(z.array(z.string()).min(1)),
    /** Until when the objects are kept; absent where nobody has decided. */
    retention: z.exactOptional(retentionSchema),
  }),
  z.strictObject({ type: z.literal('timestamped'), ...manifestTimeSchema.shape }),
  z.strictObject({
    type: z.literal('evidence_gate'),
    decision: z.enum(ON_CAPTURE_FAILURE),
    actions: z.array(nameSchema),
    reason: z.string(),
  }),
  breakerHeldSchema,
  custodyEventSchema,
  z.strictObject({ type: z.literal('contained') }),
  z.strictObject({ type: z.literal('containment_failed'), failing: z.array(actionResultSchema) }),
  z.strictObject({
    type: z.literal('acknowledged'),
    by: z.string(),
    claim: z.string(),
    note: z.string(),
    binding: sha256Schema,
  }),
  z.strictObject({
    type: z.literal('attestation'),
    by: z.string(),
    ...attestationSchema.shape,
    binding: sha256Schema,
  }),
  z.strictObject({ type: z.literal('attestation_expired'), expired_at: instantSchema }),
  z.strictObject({ type: z.literal('attestation_doubted'), incident_id: incidentIdSchema }),
  z.strictObject({
    type: z.literal('echoed'),
    class: nameSchema,
    source: z.string(),
    reported_by: z.string(),
    description: z.string(),
    evidence: z.record(z.string(), z.json()),
    occurred_at: instantSchema,
  }),
  z.strictObject({
    type: z.literal('sla_breached'),
    stage: clockSchema,
    due_at: instantSchema,
    times: z.int().positive(),
  }),
  z.strictObject({
    type: z.literal('resolved'),
    by: z.string(),
    note: z.string(),
    /** Why it was none, and what to tune so that it is not reported again; absent where it was an incident. */
    dismissal: z.exactOptional(dismissalSchema),
  }),
  z.strictObject({
    type: z.literal('reopened'),
    /** The other incident. `as`: it is this one again, within its watch; `from`: this one is the other again. */
    other: incidentIdSchema,
    way: z.enum(['as', 'from']),
  }),
  ...playbookEventSchemas,
  z.strictObject({ type: z.literal('released'), results: z.array(releaseResultSchema) }),
  z.strictObject({ type: z.literal('sealed'), bundle: evidenceRefSchema }),
  z.strictObject({ type: z.literal('closed'), by: z.string(), note: z.string() }),
  z.strictObject({
    type: z.literal('alert'),
    message: z.string(),
    /** Who was alerted: those who had the role then, by name. Absent where it is for nobody in particular. */
    to: z.exactOptional(z.strictObject({ role: z.enum(ROLES), persons: z.array(z.string()) })),
  }),
]);
export type IncidentEvent = z.infer<typeof incidentEventSchema>;
export type IncidentEventType = IncidentEvent['type'];

/** An event with its place: `key` is unique within the incident and makes a repeat harmless. */
export const recordedEventSchema = z.strictObject({
  key: z.string().min(1).max(128),
  at: instantSchema,
  actor: z.string().min(1),
  event: incidentEventSchema,
});
export type RecordedEvent = z.infer<typeof recordedEventSchema>;
