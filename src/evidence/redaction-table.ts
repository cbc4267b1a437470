import { z } from 'zod';
import { TOUCHES } from '../domain/custody.ts';
import { ASSURANCES, TRUSTS } from '../domain/enrolment.ts';
import { type IncidentEventType, PROOFS, SLA_STAGES } from '../domain/events.ts';
import { COMPLETENESS } from '../domain/host-capture.ts';
import { stateSchema } from '../domain/incident-record.ts';
import { ON_CAPTURE_FAILURE } from '../domain/plan.ts';
import {
  incidentIdSchema,
  instantOrEmptySchema,
  nameSchema,
  severitySchema,
} from '../domain/primitives.ts';
import { subjectFieldSchema } from '../domain/report.ts';
import {
  COUNT,
  digest,
  EVIDENCE,
  keep,
  keepOneOf,
  list,
  type Members,
  members,
  NAMED,
  NAMES,
  TEXT,
  YES_NO,
} from './redaction-rule.ts';
import { TIMESTAMP_MEDIA_TYPE } from './timestamp.ts';
import { QUOTE_REFUSALS } from './tpm/refusal.ts';

const AT = keep(instantOrEmptySchema);
const ID = keep(incidentIdSchema);
/** Of a class or an action: the words of the policy. */
const POLICY_NAME = keep(nameSchema);
const SEVERITY = keep(severitySchema);
const STATUSES = ['planned', 'contained', 'partial', 'failed', 'released', 'kept', 'manual'];
const MEDIA_TYPE = keep(
  z.enum(['application/json', 'application/vnd.dsse+json', TIMESTAMP_MEDIA_TYPE]),
);

/** Reasons of our own making. A reason may quote what is outside: any other is removed like a text. */
const REASON = keepOneOf([
  ...['ok', 'unreachable', 'timeout', 'http_error', 'no_effect', 'refused', 'unreadable_state'],
  ...['unknown_target', 'no_evidence', 'unconfigured', 'bad_answer', 'binding_changed', 'deadline'],
  ...['lost', 'stale', 'expired', 'newer_incident', 'not_trusted', ...QUOTE_REFUSALS],
]);

/** Over the containment transaction, whose parts are few enough to be guessed. */
const BINDING = digest('params_hash');
/** Of the policy under which it was decided. */
const POLICY_DIGEST = digest('context_hash');

const REF = { sha256: digest('evidence'), size: COUNT, media_type: MEDIA_TYPE };
const FROM_HOST = members({
  completeness: keepOneOf(COMPLETENESS),
  reason: TEXT,
  media_type: MEDIA_TYPE,
  plain: members({ sha256: digest('evidence'), size: COUNT }),
  compression: keepOneOf(['zstd']),
  // Public keys, and by them the persons who can read it.
  encryption: members({ scheme: keepOneOf(['age']), recipients: NAMES }),
});
const ARTIFACTS = list(members({ collector: NAMED, ...REF, from_host: FROM_HOST }));
const GAPS = list(members({ collector: NAMED, reason: REASON }));
const RECEIPT = members({
  incident_id: ID,
  snapshot_id: NAMED,
  manifest: members(REF),
  artifacts: COUNT,
  gaps: COUNT,
});

const TIME = { manifest: digest('evidence'), token: members(REF), time: AT, authority: NAMED };

const SUBJECT = members(
  Object.fromEntries(subjectFieldSchema.options.map((field) => [field, NAMED])),
);

const RESULT = {
  action: POLICY_NAME,
  target: NAMED,
  status: keepOneOf(STATUSES),
  reason: REASON,
  detail: TEXT,
};
const RESULTS = list(members(RESULT));

const ATTESTATION = {
  accepted: YES_NO,
  reason: REASON,
  detail: TEXT,
  host: NAMED,
  proof: keepOneOf(PROOFS),
  assurance: keepOneOf(ASSURANCES),
  trust: keepOneOf(TRUSTS),
  baseline: NAMED,
  attestor: NAMED,
  attestor_says: TEXT,
  reset_count: COUNT,
  expires_at: AT,
  evidence: members(REF),
};

const CUSTODY: Members = {
  touch: keepOneOf(TOUCHES),
  who: members({ name: NAMED, authority: TEXT }),
  what: list(
    members({ sha256: digest('evidence'), size: COUNT, until: AT, tombstone: members(REF) }),
  ),
  where: members({ host: NAMED, boot_id: NAMED, machine_id: NAMED }),
  why: TEXT,
  how: members({ tool: keepOneOf(['cordon']), version: NAMED, options: TEXT }),
  until: AT,
  trusted_at: AT,
};

const SLAS = members({
  contain_ms: COUNT,
  acknowledge_ms: COUNT,
  resolve_ms: COUNT,
  review_ms: COUNT,
  repeat_ms: COUNT,
});

const REQUIREMENTS = {
  auto_contain: YES_NO,
  latched: YES_NO,
  require_ack: YES_NO,
  require_reattest: YES_NO,
};

const ACTION = members({
  action: POLICY_NAME,
  target: NAMED,
  // It has the name of the host in it.
  resource: NAMED,
  kind: keepOneOf(['target', 'ledger']),
  freeze: YES_NO,
  destructive: YES_NO,
  release: keepOneOf(['automatic', 'manual', 'none']),
  timeout_ms: COUNT,
});

const COURSE = {
  severity: SEVERITY,
  ...REQUIREMENTS,
  review: YES_NO,
  actions: list(ACTION),
  capture: members({
    targets: list(NAMED),
    deadline_ms: COUNT,
    quote: YES_NO,
    on_failure: keepOneOf(ON_CAPTURE_FAILURE),
    host_ms: COUNT,
  }),
  slas: SLAS,
};

const REPORT = {
  class: POLICY_NAME,
  source: NAMED,
  description: TEXT,
  evidence: EVIDENCE,
  reported_by: NAMED,
  occurred_at: AT,
};

/** What is kept and what is redacted of every event that there is. One that is not here is removed whole. */
export const EVENT_RULES: Readonly<Record<IncidentEventType, Members>> = {
  reported: {
    id: ID,
    ...REPORT,
    subject: SUBJECT,
    plan: members({
      policy_digest: POLICY_DIGEST,
      ...COURSE,
      escalation: members({ threshold: COUNT, window_ms: COUNT, course: members(COURSE) }),
    }),
  },
  reflex: { action: POLICY_NAME, target: NAMED, applied: YES_NO, detail: TEXT, took_ms: COUNT },
  escalated: { from: SEVERITY, count: COUNT, course: members(COURSE) },
  action: { result: members(RESULT) },
  captured: {
    artifacts: ARTIFACTS,
    gaps: GAPS,
    reset_count: COUNT,
    receipt: RECEIPT,
    short_of: list(NAMED),
    retention: members({ until: AT, memory_until: AT }),
  },
  timestamped: TIME,
  custody: CUSTODY,
  evidence_gate: {
    decision: keepOneOf(ON_CAPTURE_FAILURE),
    actions: list(POLICY_NAME),
    reason: TEXT,
  },
  contained: {},
  containment_failed: { failing: RESULTS },
  acknowledged: { by: NAMED, claim: NAMED, note: TEXT, binding: BINDING },
  attestation: { by: NAMED, ...ATTESTATION, binding: BINDING },
  attestation_expired: { expired_at: AT },
  attestation_doubted: { incident_id: ID },
  echoed: REPORT,
  sla_breached: { stage: keepOneOf(SLA_STAGES), due_at: AT, times: COUNT },
  resolved: { by: NAMED, note: TEXT },
  released: { results: RESULTS },
  sealed: { bundle: members(REF) },
  closed: { by: NAMED, note: TEXT },
  alert: { message: TEXT },
};

/** The same of an incident's record. */
export const INCIDENT_RULES: Members = {
  id: ID,
  severity: SEVERITY,
  state: keepOneOf(stateSchema.options),
  ...REPORT,
  subject: SUBJECT,
  created_at: AT,
  updated_at: AT,
  policy_digest: POLICY_DIGEST,
  ...REQUIREMENTS,
  require_review: YES_NO,
  slas: SLAS,
  containment_actions: list(members({ ...RESULT, resource: NAMED, at: AT, attempts: COUNT })),
  contained_at: AT,
  artifacts: ARTIFACTS,
  gaps: GAPS,
  evidence_receipt: RECEIPT,
  timestamps: list(members(TIME)),
  evidence_waived: TEXT,
  binding: BINDING,
  acked_at: AT,
  acked_by: NAMED,
  ack_claim: NAMED,
  re_attested_at: AT,
  attestation_refused: REASON,
  attestation: members(ATTESTATION),
  reset_count: COUNT,
  escalated_at: AT,
  sla_breaches: list(keepOneOf(SLA_STAGES)),
  resolved_at: AT,
  resolved_by: NAMED,
  released_at: AT,
  bundle: members(REF),
  closed_at: AT,
  closed_by: NAMED,
};

/** Of the bundle itself: who asked for it, for what, under which policy. */
export const ENVELOPE_RULES: Members = {
  exported_by: NAMED,
  policy_digest: POLICY_DIGEST,
  asked: members({
    from: AT,
    to: AT,
    subject: SUBJECT,
    categories: list(POLICY_NAME),
    min_severity: SEVERITY,
  }),
};
