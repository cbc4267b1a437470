import type { Toucher } from './custody.ts';
import type { ClockReading, CustodyClock } from './custody-clock.ts';
import type { EvidenceRef } from './evidence.ts';
import type { SweepPage } from './sweeps.ts';

/** `removing`: it was decided that it goes, and its bytes may be gone. */
export type KeptState = 'kept' | 'marked' | 'removing' | 'removed';

/** One object of the evidence store that incidents name. Times in epoch ms of the custody clock, 0 for not yet. */
export interface KeptObject extends EvidenceRef {
  /** The latest date of all incidents that name it; null for ever. */
  until_ms: number | null;
  /** Under legal hold by any of them. */
  held: boolean;
  state: KeptState;
  marked_ms: number;
  removed_ms: number;
  /** Null where it is not marked. */
  tombstone: EvidenceRef | null;
}

/** What is kept for incidents and how long: projected from the ledger's entries, and the same from all of them anew. */
export interface Keeping {
  /** Of one incident, in the order in which they came. */
  of(incidentId: string): Promise<KeptObject[]>;
  object(sha256: string): Promise<KeptObject | null>;
  isHeld(incidentId: string): Promise<boolean>;
  /**
   * Keeps the objects from going until then, while they are captured again and no entry says so yet. Fault
   * `evidence_leaving` (retryable) where it was decided that one of them goes.
   */
  reserve(sha256s: readonly string[], untilMs: number): Promise<void>;
  /**
   * Keeps all that the incident names until then, where that is later; recorded first. A repeat of its key changes
   * nothing. Fault `retention_only_extends` where nothing would be kept longer.
   */
  extend(incidentId: string, untilMs: number, toucher: Toucher): Promise<void>;
  /** Puts all that the incident names, now and later, under legal hold. Recorded first, unless it is so already. */
  hold(incidentId: string, toucher: Toucher): Promise<void>;
  releaseHold(incidentId: string, toucher: Toucher): Promise<void>;
}

export interface Mark {
  sha256: string;
  until_ms: number;
  tombstone: EvidenceRef;
}

/** The steps of removal. Each decides and records in one transaction, so that a hold is before it or after it. */
export interface Expiry {
  /** Objects whose time is over by the custody clock, and that nothing else keeps. */
  overdue(trustedMs: number, page: SweepPage): Promise<KeptObject[]>;
  /** Records those of the marks that still hold true. */
  mark(marks: readonly Mark[], trustedMs: number, toucher: Toucher): Promise<string[]>;
  /** Objects that are on their way out, and are held by now, or kept longer. */
  keptAfterAll(trustedMs: number, page: SweepPage): Promise<KeptObject[]>;
  /** Takes back the marks of those of them of which that still holds true. */
  unmark(sha256s: readonly string[], trustedMs: number, toucher: Toucher): Promise<void>;
  /** Decides that what was marked before that instant goes now. Also what an earlier decision has left there. */
  decide(
    markedBeforeMs: number,
    trustedMs: number,
    page: SweepPage,
    toucher: Toucher,
  ): Promise<KeptObject[]>;
  /** They were looked for and are gone. */
  gone(sha256s: readonly string[], trustedMs: number, toucher: Toucher): Promise<void>;
}

/** Which objects are to be read back next, so that each has its turn. */
export interface Rota {
  /** All that are not removed, and those removed that have a tombstone instead. */
  count(): Promise<number>;
  /** Those whose turn was the longest ago. */
  next(limit: number): Promise<KeptObject[]>;
  /** They had their turn. */
  done(sha256s: readonly string[]): Promise<void>;
}

export interface CustodyClocks {
  /** Null before it has begun. */
  read(): Promise<CustodyClock | null>;
  /** Takes in a reading, and a time that others answer for; begins the clock where there is none. */
  advance(reading: ClockReading, vouchedMs?: number): Promise<CustodyClock>;
}
