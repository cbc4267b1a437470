import { z } from 'zod';
import { ALERT_FORMATS } from '../domain/alert.ts';
import { TOUCHES } from '../domain/custody.ts';
import { ASSURANCES, TRUSTS } from '../domain/enrolment.ts';
import { PROOFS } from '../domain/events.ts';
import { COMPLETENESS } from '../domain/host-capture.ts';
import { ON_CAPTURE_FAILURE } from '../domain/plan.ts';
import {
  incidentIdSchema,
  instantOrEmptySchema,
  nameSchema,
  severitySchema,
} from '../domain/primitives.ts';
import { subjectFieldSchema } from '../domain/report.ts';
import { LEVELS } from '../domain/triage.ts';
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

/** What events and records have in common, in the form of rules. */
export const AT = keep(instantOrEmptySchema);
export const ID = keep(incidentIdSchema);
/** Of a class or an action: the words of the policy. */
export const POLICY_NAME = keep(nameSchema);
export const SEVERITY = keep(severitySchema);
const STATUSES = ['planned', 'contained', 'partial', 'failed', 'released', 'kept', 'manual'];
const MEDIA_TYPE = keep(
  z.enum([
    'application/json',
    'application/octet-stream',
    'application/vnd.dsse+json',
    TIMESTAMP_MEDIA_TYPE,
  ]),
);

/** Reasons of our own making. A reason may quote what is outside: any other is removed like a text. */
export const REASON = keepOneOf([
  ...['ok', 'unreachable', 'timeout', 'http_error', 'no_effect', 'refused', 'unreadable_state'],
  ...['unknown_target', 'no_evidence', 'unconfigured', 'bad_answer', 'binding_changed', 'deadline'],
  ...[
    'lost',
    'stale',
    'expired',
    'unproved',
    'newer_incident',
    'not_trusted',
    'declined',
    'last_operator',
  ],
  ...QUOTE_REFUSALS,
]);

/** Over the containment transaction, whose parts are few enough to be guessed. */
export const BINDING = digest('params_hash');
/** Of the policy under which it was decided. */
export const POLICY_DIGEST = digest('context_hash');

export const REF = { sha256: digest('evidence'), size: COUNT, media_type: MEDIA_TYPE };
const FROM_HOST = members({
  completeness: keepOneOf(COMPLETENESS),
  reason: TEXT,
  media_type: MEDIA_TYPE,
  plain: members({ sha256: digest('evidence'), size: COUNT }),
  compression: keepOneOf(['zstd']),
  // Public keys, and by them the persons who can read it.
  encryption: members({ scheme: keepOneOf(['age']), recipients: NAMES }),
});
export const ARTIFACTS = list(members({ collector: NAMED, ...REF, from_host: FROM_HOST }));
export const GAPS = list(members({ collector: NAMED, reason: REASON }));
export const RECEIPT = members({
  incident_id: ID,
  snapshot_id: NAMED,
  manifest: members(REF),
  artifacts: COUNT,
  gaps: COUNT,
});

export const TIME = {
  manifest: digest('evidence'),
  token: members(REF),
  time: AT,
  authority: NAMED,
};

export const SUBJECT = members(
  Object.fromEntries(subjectFieldSchema.options.map((field) => [field, NAMED])),
);

export const RESULT = {
  action: POLICY_NAME,
  target: NAMED,
  status: keepOneOf(STATUSES),
  reason: REASON,
  detail: TEXT,
};
export const RESULTS = list(members(RESULT));

export const ATTESTATION = {
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

export const CUSTODY: Members = {
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

export const SLAS = members({
  contain_ms: COUNT,
  acknowledge_ms: COUNT,
  resolve_ms: COUNT,
  review_ms: COUNT,
  repeat_ms: COUNT,
});

export const REQUIREMENTS = {
  auto_contain: YES_NO,
  latched: YES_NO,
  require_ack: YES_NO,
  require_reattest: YES_NO,
};

/** On whom an action is taken, where that is not the incident's own subject. */
export const ON = members({ action: POLICY_NAME, subject: SUBJECT });
/** How it is taken, on whomever. */
export const WAY = {
  action: POLICY_NAME,
  target: NAMED,
  kind: keepOneOf(['target', 'ledger']),
  freeze: YES_NO,
  destructive: YES_NO,
  release: keepOneOf(['automatic', 'manual', 'none']),
  timeout_ms: COUNT,
};
const ACTION = members({
  ...WAY,
  // It has the name of the host in it.
  resource: NAMED,
  on: ON,
});

export const COURSE = {
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
    further_host_ms: COUNT,
  }),
  slas: SLAS,
};

/** An identity and a delivery are digests of few enough parts to be guessed. */
export const ALERT = members({
  format: keepOneOf(ALERT_FORMATS),
  rule: POLICY_NAME,
  title: TEXT,
  identity: digest('evidence'),
  delivery: digest('evidence'),
  index: COUNT,
});
export const ACTIONS = list(ACTION);
export const WIDENING: Members = { subject: SUBJECT, actions: ACTIONS };
/** In the words of the policy. */
export const TRIAGE = members({
  tree: POLICY_NAME,
  path: list(members({ question: POLICY_NAME, answer: POLICY_NAME })),
  level: keepOneOf(LEVELS),
  playbook: NAMED,
});
export const LINK = { by: NAMED, reason: TEXT, other: ID };

export const REPORT = {
  class: POLICY_NAME,
  source: NAMED,
  description: TEXT,
  evidence: EVIDENCE,
  reported_by: NAMED,
  occurred_at: AT,
};
