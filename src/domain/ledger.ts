import type { Admission } from './admission.ts';
import type { AlertLog } from './alert-log.ts';
import type { Attestations } from './attestations.ts';
import type { BeyondLimit, BreakerCount, BreakerStanding } from './breaker.ts';
import type { RecordedEvent } from './events.ts';
import type { EvidenceRef } from './evidence.ts';
import type { Incident, State } from './incident-record.ts';
import type { CustodyClocks, Expiry, Keeping, Rota } from './keeping.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { IncidentInput } from './messages.ts';
import type { PlannedAction } from './plan.ts';
import type { Principal, Role } from './principal.ts';
import type { SafeMode } from './safe-mode.ts';
import type { Severity } from './severity.ts';
import type { Stats } from './stats.ts';
import type { SweepLog } from './sweeps.ts';

export interface IncidentLog {
  /**
   * First event, idempotency key, register row, holds and outbox row in one transaction. A report that is the echo
   * of our own question joins the incident that asked, once, and opens none.
   */
  admit(admission: Admission): Promise<{ incident: Incident; repeated: boolean }>;
  /** Appends the events not yet in the ledger and projects the register. Exact by (incident, key). */
  append(incidentId: string, events: readonly RecordedEvent[]): Promise<Incident>;
  /** Appends an entry that is about no incident: a policy put in force, a principal added. */
  note(entry: Pick<LedgerEntry, 'key' | 'at' | 'actor' | 'type' | 'body'>): Promise<void>;
}

export interface IncidentFilter {
  class?: string | undefined;
  state?: State | undefined;
  severity?: Severity | undefined;
  limit: number;
  /** Opaque, from the page before. */
  cursor?: string | undefined;
}

export interface Head {
  seq: number;
  hash: string;
}

export interface Register {
  incident(id: string): Promise<Incident | null>;
  /** Most severe first, then newest. `next` is '' on the last page. */
  incidents(filter: IncidentFilter): Promise<{ incidents: Incident[]; next: string }>;
  /** Unresolved incidents whose ceremony is not complete. */
  pendingRecoveries(): Promise<Incident[]>;
  /** Unresolved incidents that were reported after an instant, newest first, at most `limit`. */
  unresolvedSince(instant: string, limit: number): Promise<Incident[]>;
  timeline(incidentId: string): Promise<LedgerEntry[]>;
  /** Entries with a greater sequence, oldest first. */
  entriesAfter(seq: number, limit: number): Promise<LedgerEntry[]>;
  /** The last entry of a type that is about no incident, such as the policy put in force. */
  latestNote(type: string): Promise<LedgerEntry | null>;
  stats(): Promise<Stats>;
  head(): Promise<Head | null>;
  /** Throws `ledger_unavailable` when a transaction cannot be written now. */
  probe(): Promise<void>;
}

export interface Pending {
  input: IncidentInput;
  severity: Severity;
}

/** Incidents that are in the ledger and not yet known to have a workflow. */
export interface Outbox {
  /** Leases up to `limit` of those nobody holds, most severe first, then oldest. */
  claim(owner: string, nowMs: number, untilMs: number, limit: number): Promise<Pending[]>;
  /** They have a workflow: the outbox forgets them. */
  started(incidentIds: readonly string[]): Promise<void>;
  /** Those of the incidents that still wait for their workflow. */
  waiting(incidentIds: readonly string[]): Promise<string[]>;
  /** Those of the incidents for which the first attempts at containment are in the ledger. */
  attempted(incidentIds: readonly string[]): Promise<string[]>;
  /** How many wait, and since when (epoch ms, 0 for none). */
  backlog(): Promise<{ waiting: number; oldest_ms: number }>;
}

export interface HoldKey {
  incident_id: string;
  resource: string;
}

/** Which incidents hold what. A resource is undone only when its last holder lets go. */
export interface Holds {
  /** Adds holds for actions that an escalation brought. Idempotent. */
  add(incidentId: string, actions: readonly PlannedAction[]): Promise<void>;
  /** True while the incident holds it and nobody is in the middle of undoing it. */
  mayApply(key: HoldKey, nowMs: number): Promise<boolean>;
  /** The reflex is over, however it ended. */
  reflexDone(key: HoldKey): Promise<void>;
  /**
   * Asks to undo. `go`: nobody else holds it, and until `untilMs` nobody may apply it; `kept`: others hold it and
   * this hold is gone; `wait`: a reflex, or another's undoing, is still on its way.
   */
  beginRelease(key: HoldKey, nowMs: number, untilMs: number): Promise<'go' | 'kept' | 'wait'>;
  /** The resource was measured to be free; the hold is gone. */
  endRelease(key: HoldKey): Promise<void>;
  /** All resources that are held, with one incident each that can be told of a loss. */
  inForce(): Promise<HoldKey[]>;
}

/** What something was like before a step changed it, by what is held, so that any process can undo the step. */
export interface Befores {
  /** Keeps it unless something is kept already, and gives what is kept. */
  keep(resource: string, record: string): Promise<string>;
  /** Null for nothing. */
  of(resource: string): Promise<string | null>;
  /** The step is undone. */
  forget(resource: string): Promise<void>;
}

/** How much was done to how many, by action. */
export interface Breaker {
  /**
   * Counts the steps; those that go beyond the limit of their action trip it, which is a note, and are not counted. What
   * is tripped stays so. A step that was counted for its incident is within, however often it is asked about.
   */
  count(steps: BreakerCount): Promise<BeyondLimit[]>;
  standing(): Promise<BreakerStanding>;
  /** Counting begins anew, of one action or ('') of all; how many were tripped. A note of each. */
  reset(action: string, by: string, at: string): Promise<number>;
}

/** Whether safe mode is on, and who holds it. */
export interface SafeModes {
  /** On from now on, until a person leaves it. Idempotent; a note where it was off. */
  enter(entering: { resource: string; incident_id: string; at: string }): Promise<void>;
  standing(): Promise<SafeMode>;
  /** Off, and a note, unless an incident holds it; how it then stands. */
  leave(by: string, at: string): Promise<SafeMode>;
}

export interface Principals {
  byTokenHash(hash: string): Promise<Principal | null>;
  byName(name: string): Promise<Principal | null>;
  all(): Promise<Principal[]>;
  /** Throws `principal_exists` for a name, and `token_not_distinct` for a token, that is there already. */
  add(principal: Principal): Promise<void>;
  /** False where there is no such principal. */
  revoke(name: string, at: string): Promise<boolean>;
  /**
   * As `revoke`, because of an incident and with a note of it, unless the principal is the last person who has a role
   * without which nobody could act.
   */
  disable(
    name: string,
    because: { incident_id: string; at: string },
  ): Promise<'disabled' | 'unknown' | { last: Role }>;
  /** A revoked one may act again, with this token. False where there is none that was revoked. */
  restore(name: string, tokenHash: string): Promise<boolean>;
}

/** Where each follower of the ledger has come to, so that it goes on there after a restart. */
export interface Followers {
  /** The sequence reached, or null where another owner follows now. A new follower begins at the head by default. */
  take(
    name: string,
    owner: string,
    nowMs: number,
    untilMs: number,
    begins?: 'at_the_start' | 'at_the_head',
  ): Promise<number | null>;
  reached(name: string, owner: string, seq: number): Promise<void>;
}

/** Signed heads, kept in the evidence store, by which a cut tail is found. */
export interface Checkpoints {
  add(seq: number, ref: EvidenceRef): Promise<void>;
  all(): Promise<{ seq: number; ref: EvidenceRef }[]>;
}

/** The ledger by its roles, so that nobody is handed more of it than is needed. */
export interface Ledger {
  log: IncidentLog;
  alerts: AlertLog;
  register: Register;
  outbox: Outbox;
  holds: Holds;
  befores: Befores;
  breaker: Breaker;
  safeMode: SafeModes;
  principals: Principals;
  followers: Followers;
  checkpoints: Checkpoints;
  attestations: Attestations;
  keeping: Keeping;
  expiry: Expiry;
  rota: Rota;
  custodyClock: CustodyClocks;
  sweeps: SweepLog;
  close(): Promise<void>;
}
