/** What a driver is asked to do: one action against one target for one incident. */
export interface ActionRequest {
  incident_id: string;
  action: string;
  target: string;
  /** What is held: the target, narrowed by the action's scope. */
  resource: string;
  reason: string;
  class: string;
  severity: string;
  subject: Record<string, string>;
  /** The same for one containment from its first call to its last. */
  containment_key: string;
  /** The same for every attempt at one effect, so that the effect happens once. */
  idempotency_key: string;
  /** Bounds the whole call, reading the target's state included. */
  timeout_ms: number;
}

/** Why a call ended as it did; `ok` only beside `contained`, `released` and an accepted poke. */
export type OutcomeReason =
  | 'ok'
  | 'unreachable'
  | 'timeout'
  | 'http_error'
  | 'no_effect'
  | 'refused'
  | 'unreadable_state'
  | 'unknown_target'
  | 'no_evidence'
  | 'last_operator';

interface Outcome<Status extends string> {
  status: Status;
  reason: OutcomeReason;
  /** One sentence for an operator; never holds a secret. */
  detail: string;
  /** Whether trying again, without a person changing anything, may end differently. */
  retryable: boolean;
  /** How long the target asked us to wait (its Retry-After). */
  retry_after_ms?: number;
}

/** Measured by reading the target's state after acting. `partial` also says "accepted, not verified". */
export type ActionOutcome = Outcome<'contained' | 'partial' | 'failed'>;

export type ReleaseOutcome = Outcome<'released' | 'failed'>;

/** A target's status document, or the recorded reason why there is none. */
export type Snapshot =
  { media_type: string; bytes: Uint8Array } | { gap: OutcomeReason; detail: string };

/** One of a target's artifacts, of this subject and time as far as the target tells them apart. */
export interface ArtifactRequest {
  target: string;
  artifact: string;
  subject: Record<string, string>;
  /** Milliseconds since the epoch. */
  from_ms: number;
  to_ms: number;
  timeout_ms: number;
}

/** Contains and releases. Never throws for anything that a target does. */
export interface TargetDriver {
  /** Acts, then reads the state; the verdict is the read's, whatever the act was answered. */
  apply(request: ActionRequest): Promise<ActionOutcome>;
  /** Acts once and reads nothing: an accepted poke is `partial`, because nothing was measured. */
  poke(request: ActionRequest): Promise<ActionOutcome>;
  /** Reads only. */
  verify(request: ActionRequest): Promise<ActionOutcome>;
  /** Releases, then reads that the effect is gone. Refused where release stays with people. */
  release(request: ActionRequest): Promise<ReleaseOutcome>;
  /** Reads the target's status document as it is, for capture. */
  snapshot(target: string, timeout_ms: number): Promise<Snapshot>;
  /** The names of what a target gives as evidence beside its status document. */
  artifactsOf(target: string): string[];
  /** Reads one of them as it is, for capture. */
  artifact(request: ArtifactRequest): Promise<Snapshot>;
}
