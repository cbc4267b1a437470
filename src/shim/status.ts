/** The HTTP status of every stable code, and for those that pass by themselves the Retry-After in seconds. */
const STATUSES = {
  bad_json: [400],
  bad_utf8: [400],
  bad_encoding: [400],
  bad_path: [400],
  invalid_cursor: [400],
  bad_idempotency_key: [400],
  invalid_query: [400],
  invalid_report: [400],
  invalid_request: [400],
  reason_required: [400],
  bad_assignee: [400],
  review_incomplete: [400],
  unknown_class: [400],
  unauthenticated: [401],
  forbidden: [403],
  bad_host: [403],
  source_mismatch: [403],
  class_not_allowed: [403],
  format_not_allowed: [403],
  not_found: [404],
  incident_not_found: [404],
  evidence_not_found: [404],
  alert_not_found: [404],
  delivery_not_found: [404],
  unknown_task: [404],
  unknown_step: [404],
  method_not_allowed: [405],
  retention_only_extends: [409],
  evidence_expired: [410],
  evidence_missing: [410],
  already_resolved: [409],
  already_closed: [409],
  same_incident: [409],
  lesser_incident: [409],
  not_required: [409],
  acknowledgement_required: [409],
  reattestation_required: [409],
  not_resolved: [409],
  attestation_refused: [409],
  safe_mode_held: [409],
  no_playbook: [409],
  body_too_large: [413],
  export_too_large: [413],
  too_many_alerts: [413],
  unsupported_media_type: [415],
  unknown_format: [415],
  invalid_alert: [422],
  invalid_policy: [422],
  redaction_leak: [422],
  internal: [500],
  ledger_unavailable: [503, 1],
  not_started: [503, 1],
  too_many_followers: [503, 10],
  too_many_deliveries: [503, 1],
  engine_unavailable: [503, 5],
  attestor_unavailable: [503, 5],
  gate_unavailable: [503, 5],
} as const satisfies Record<string, readonly [status: number, retryAfterSeconds?: number]>;

export type KnownCode = keyof typeof STATUSES;

/** A retryable fault of a code that has no entry: the cause is behind us, so it may pass. */
const LATER = [503, 5] as const;
const BUG = [500] as const;
const CONFLICT = [409] as const;

export interface Status {
  status: number;
  /** Seconds, or null where trying again later cannot help. */
  retryAfter: number | null;
}

/** The status of a fault. One that is neither known nor retryable is a bug to the caller. */
export function statusOfFault({ code, retryable }: { code: string; retryable: boolean }): Status {
  return statusOf(code, retryable ? LATER : BUG);
}

/** The status of a command that an incident's workflow has refused. */
export function statusOfRefusal(code: string): Status {
  return statusOf(code, CONFLICT);
}

function statusOf(code: string, otherwise: readonly [number, number?]): Status {
  const known: Partial<Record<string, readonly [number, number?]>> = STATUSES;
  const [status, retryAfter = null] = known[code] ?? otherwise;
  return { status, retryAfter };
}
