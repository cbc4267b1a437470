import type { CheckResult } from './baseline-check.ts';
import type { Command } from './ceremony.ts';
import type {
  ActionResult,
  Artifact,
  Attestation,
  Gap,
  RecordedEvent,
  ReleaseResult,
} from './events.ts';
import type { EvidenceRef } from './evidence.ts';
import type { Occurrence } from './escalation.ts';
import type { BlastRadius } from './inventory.ts';
import type { Severity } from './severity.ts';
import type { PersonCommand } from './messages.ts';
import type { EvidenceGate, EvidenceReceipt } from './evidence-receipt.ts';
import type { DestructiveAction, ReversibleAction } from './destructive.ts';
import type { PlannedAction } from './plan.ts';
import type { Subject } from './report.ts';
import type { Retention } from './retention.ts';

/** What every step needs to know of its incident. */
export interface IncidentFacts {
  incident_id: string;
  class: string;
  severity: Severity;
  reason: string;
  subject: Subject;
}

export interface ContainRequest<
  Action extends PlannedAction = PlannedAction,
> extends IncidentFacts {
  actions: Action[];
  /** How many attempts had been made when the action was lost and begun anew; absent the first time. */
  again?: number;
}

/** What destroys evidence cannot be asked for without evidence, or the decision to do without. */
export interface DestroyRequest extends ContainRequest<DestructiveAction> {
  evidence: EvidenceGate;
}

export interface CaptureRequest extends IncidentFacts {
  targets: string[];
  deadline_ms: number;
  /** Whether destruction may rely on this; where the host is captured from, it relies on that. */
  seal: boolean;
}

export interface HostCaptureRequest extends IncidentFacts {
  deadline_ms: number;
}

export interface QuoteRequest {
  incident_id: string;
  /** '' where the report names none. */
  host: string;
  binding: string;
}

/** `reset_count`: as the host's TPM quoted it; null where it was not asked, or gave no authentic quote. */
export interface Captured {
  artifacts: Artifact[];
  gaps: Gap[];
  /** Null where nothing could be kept that destruction may rely on. */
  receipt: EvidenceReceipt | null;
  /** What should have given something and did not, by its collector: destruction may not rely on the receipt then. */
  short_of?: string[];
  /** Until when it is kept; absent where it has no manifest that says so. */
  retention?: Retention;
  reset_count: number | null;
}

export interface AttestRequest extends QuoteRequest {
  class: string;
  /** The TPM's count of resets at containment; null where it is not known. */
  reset_count: number | null;
}

export interface DestructionRequest {
  incident_id: string;
  actions: DestructiveAction[];
}

/** Which of the actions wait for a person, why, and how long one is given; none where `held` is empty. */
export interface DestructionVerdict {
  held: string[];
  reason: string;
  decide_ms: number;
}

export interface ReachRequest {
  incident_id: string;
  subject: Subject;
}

export interface BaselineRequest {
  incident_id: string;
  class: string;
  subject: Subject;
  /** Since when it is contained: what must have been renewed is newer. '' where it is not. */
  contained_at: string;
  /** By their names in the policy. */
  checks: string[];
}

export interface SealRequest {
  incident_id: string;
  events: RecordedEvent[];
  /** True of the bundle that has the review in it. */
  reviewed?: boolean;
}

/** The effects a workflow may ask for. Both sides import this and never each other. */
export interface Activities {
  /** Appends events to the ledger. Exact under retries by (incident, key). */
  record(request: { incident_id: string; events: RecordedEvent[] }): Promise<void>;
  /** Tells the class's counter of this incident. Idempotent by incident id. */
  countOccurrence(request: { class: string; occurrence: Occurrence }): Promise<void>;
  /** One attempt at each action, side by side; every verdict is a measurement. Never throws for a target. */
  contain(request: ContainRequest<ReversibleAction>): Promise<ActionResult[]>;
  /** The same for steps that destroy evidence: none is taken whose evidence does not verify now. */
  destroy(request: DestroyRequest): Promise<ActionResult[]>;
  /** Counts what is about to be destroyed. What goes beyond the limit is held. Exact by (incident, resource). */
  mayDestroy(request: DestructionRequest): Promise<DestructionVerdict>;
  /** Attempts one action; throws until it is in force, so that the engine retries it for as long as it takes. */
  enforce(request: ContainRequest<ReversibleAction> | DestroyRequest): Promise<ActionResult>;
  /** Snapshots of the involved targets, the policy digest and the report; what could not be had is a gap. */
  capture(request: CaptureRequest): Promise<Captured>;
  /**
   * Everything of the subject on its host, the most volatile first, from the host's agent into the store: frozen
   * meanwhile, memory only of what is critical. What could not be had is a gap. Throws where the agent gives nothing.
   */
  captureHost(request: HostCaptureRequest): Promise<Captured>;
  /** What the host's TPM says now, as evidence: a later proof is dated by what it counts. It decides nothing. */
  quote(request: QuoteRequest): Promise<Captured>;
  /**
   * Challenge, fetch, verify and commit in one attempt; the nonce is used once whatever happens. A refusal is a
   * value: it is recorded, never retried into acceptance.
   */
  attest(request: AttestRequest): Promise<Attestation>;
  /** The newest incident since then that puts the host in doubt beyond what both hold; '' where there is none. */
  newerIncident(request: { incident_id: string; host: string; since: string }): Promise<string>;
  /** What the subject can have reached, by the inventory. Throws `inventory_unavailable` and `inventory_invalid`. */
  reach(request: ReachRequest): Promise<BlastRadius>;
  /** Compares with the known-good baseline now, each check by its own means. What cannot be compared is `unknown`. */
  checkBaseline(request: BaselineRequest): Promise<CheckResult[]>;
  /** Appends the events, then undoes each action in the order given, unless another incident still holds it. */
  release(request: ContainRequest & { events: RecordedEvent[] }): Promise<ReleaseResult[]>;
  /** Throws until the release is measured, like `enforce`. */
  ensureReleased(request: ContainRequest): Promise<ReleaseResult>;
  /** Appends the events, then keeps the signed bundle of the incident in the evidence store and says so. */
  seal(request: SealRequest): Promise<EvidenceRef>;
  /** Reads a person out of a signal's token. Throws `invalid_token` for anything else. */
  authenticateSignal(request: {
    incident_id: string;
    command: Command;
    token: string;
  }): Promise<PersonCommand>;
}
