import type { AdmittedAlert, ListedAlert } from '../../domain/alert-log.ts';
import type { AlertFormatName } from '../../domain/alert.ts';
import type { Trip } from '../../domain/breaker.ts';
import type { IssuedChallenge, LastAccepted } from '../../domain/attestations.ts';
import type { ClockSource } from '../../domain/custody-clock.ts';
import type { KeptState } from '../../domain/keeping.ts';
import type { Severity } from '../../domain/severity.ts';
import type { State } from '../../domain/incident-record.ts';

/** 0 or 1: the one form of a truth value that both databases keep. */
export type Flag = 0 | 1;

/** A chained entry. `body` is JSON text. */
export interface EntryRow {
  seq: number;
  incident_id: string;
  key: string;
  at: string;
  actor: string;
  type: string;
  body: string;
  prev_hash: string;
  hash: string;
}

/** The register. `record` is the incident as JSON text; every other column is derived from it. */
export interface IncidentRow {
  id: string;
  class: string;
  severity: Severity;
  severity_rank: number;
  state: State;
  auto_contain: Flag;
  resolved: Flag;
  recovery_pending: Flag;
  created_at: string;
  record: string;
}

/** `key_digest`: SHA-256 of the reporter's key, which may be of any length and hold any character. */
export interface IdempotencyRow {
  reporter: string;
  key_digest: string;
  incident_id: string;
}

/** `seq` is that of the first entry: the order of arrival. Times in epoch ms. */
export interface OutboxRow {
  incident_id: string;
  severity: Severity;
  severity_rank: number;
  seq: number;
  since_ms: number;
  owner: string;
  lease_until_ms: number;
  input: string;
}

/** Times in epoch ms, 0 for none. */
export interface HoldRow {
  incident_id: string;
  resource: string;
  state: 'held' | 'releasing';
  reflex_until_ms: number;
  releasing_until_ms: number;
}

export interface BeforeRow {
  resource: string;
  record: string;
}

/** That a step was taken without a person. Of one incident on one resource, once. Event time in epoch ms. */
export interface BreakerStepRow {
  incident_id: string;
  resource: string;
  action: string;
  at_ms: number;
}

/** That safe mode is on. `resource`: what the incidents hold that keep it on; `incident_id`: the first of them. */
export interface SafeModeRow {
  resource: string;
  incident_id: string;
  entered_at: string;
}

/** That an incident is watched. `subject` is canonical JSON text; epoch ms. */
export interface WatchRow {
  incident_id: string;
  class: string;
  subject: string;
  until_ms: number;
}

export interface PrincipalRow {
  name: string;
  token_hash: string;
  record: string;
}

export interface FollowerRow {
  name: string;
  owner: string;
  until_ms: number;
  seq: number;
}

export interface CheckpointRow {
  seq: number;
  sha256: string;
  size: number;
  media_type: string;
}

/** One version of a host's enrolment. `record` is JSON text. */
export interface EnrolmentRow {
  host: string;
  version: number;
  ak_name: string;
  record: string;
}

/** Times in epoch ms, 0 for not yet and for none. `evidence` is JSON text, '' where there is none. */
export interface ChallengeRow extends IssuedChallenge {
  consumed_ms: number;
  echo_until_ms: number;
  concluded_ms: number;
  accepted: Flag;
  reason: string;
  evidence: string;
}

/** The clock last accepted under a key, and the challenge that it answered. */
export interface ClockRow extends Omit<LastAccepted, 'safe'> {
  ak_name: string;
  safe: Flag;
  nonce: string;
}

/** Times in epoch ms of the custody clock, 0 for not yet; `until_ms` null for ever. `tombstone` is JSON text or ''. */
export interface KeptObjectRow {
  sha256: string;
  size: number;
  media_type: string;
  until_ms: number | null;
  state: KeptState;
  marked_ms: number;
  removed_ms: number;
  tombstone: string;
  /** Until when it is not to go, because it is being captured again: of this and of `turn` no entry tells. */
  reserved_ms: number;
  /** Which turn it had when it was last read back; 0 for none. */
  turn: number;
}

/** That an incident names an object, and until when it was to be kept when it was captured for it. */
export interface KeptByRow {
  incident_id: string;
  sha256: string;
  seq: number;
  until_ms: number | null;
}

/** What people have decided about all that an incident names. `until_ms` 0 for nothing. */
export interface KeptIncidentRow {
  incident_id: string;
  held: Flag;
  until_ms: number;
}

/** `report` is JSON text. */
export interface SweepRow {
  name: 'retention' | 'verification';
  finished_ms: number;
  report: string;
}

/** Bytes as a detector sent them. `headers` is JSON text: what is needed to read them again. */
export interface DeliveryRow {
  sha256: string;
  bytes: Uint8Array;
  headers: string;
  received_ms: number;
}

/** Which alerts have come, so that none counts twice. */
export interface AlertIdentityRow {
  identity: string;
  incident_id: string;
  seen_ms: number;
}

/** An alert that is told of singly. `report` is JSON text, '' where none was made of it. */
export interface AlertRow {
  identity: string;
  source: string;
  reported_by: string;
  format: AlertFormatName | '';
  title: string;
  rule: string;
  outcome: ListedAlert['outcome'];
  reason: string;
  incident_id: string;
  delivery: string;
  place: number;
  occurred_ms: number;
  received_ms: number;
  report: string;
}

export interface AlertCountRow {
  source: string;
  format: AlertFormatName | '';
  outcome: AdmittedAlert['outcome'];
  count: number;
  first_ms: number;
  last_ms: number;
}

/**
 * That an incident handles a cause. Event times in epoch ms; `told`: how many alerts have an entry of their own; `subjects`
 * and `pending`, what has none yet, are JSON text. `pending_ms`: since when something is pending, 0 for nothing.
 */
export interface CauseRow {
  cause: string;
  incident_id: string;
  first_ms: number;
  last_ms: number;
  told: number;
  severity_rank: number;
  subjects: string;
  digest: string;
  pending: string;
  pending_ms: number;
}

/**
 * That an alert was triaged, and for what it counts: `counter` '' where for nothing. `incident_id` '' while it is only
 * logged. Times in epoch ms: when it happened, and when it came.
 */
export interface TriagedAlertRow {
  counter: string;
  identity: string;
  occurred_ms: number;
  seen_ms: number;
  incident_id: string;
}

/** One row, taken by whoever writes and rewritten by a probe. */
export interface TurnRow {
  id: number;
  probes: number;
}

export interface Tables {
  entries: EntryRow;
  incidents: IncidentRow;
  idempotency: IdempotencyRow;
  outbox: OutboxRow;
  holds: HoldRow;
  befores: BeforeRow;
  breaker_steps: BreakerStepRow;
  breaker_trips: Trip;
  safe_mode: SafeModeRow;
  watches: WatchRow;
  principals: PrincipalRow;
  followers: FollowerRow;
  checkpoints: CheckpointRow;
  enrolments: EnrolmentRow;
  challenges: ChallengeRow;
  clocks: ClockRow;
  kept_objects: KeptObjectRow;
  kept_by: KeptByRow;
  kept_incidents: KeptIncidentRow;
  custody_clock: ClockSource;
  sweeps: SweepRow;
  deliveries: DeliveryRow;
  alert_identities: AlertIdentityRow;
  alerts: AlertRow;
  alert_counts: AlertCountRow;
  causes: CauseRow;
  triaged_alerts: TriagedAlertRow;
  turn: TurnRow;
}
