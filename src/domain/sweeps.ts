/** What the sweeps are known by to the engine, to the ledger and to `/health`. */
export const RETENTION_SWEEP = 'retentionSweep';
export const VERIFICATION_SWEEP = 'verificationSweep';

export interface RetentionFindings {
  marked: number;
  unmarked: number;
  removed: number;
  /** Objects that the store did not let go of. */
  refused: number;
  /** Objects that could not be looked at in this run: the next goes on. */
  unfinished: boolean;
}

export interface VerificationFindings {
  /** Ledger entries whose chain was walked. */
  entries: number;
  objects: number;
  bytes: number;
  /** How much was found that is not as it was. */
  misses: number;
  /** Those of them for which the policy has no class, and so no incident. */
  unreported: number;
}

/** The last run of each that has come to its end. */
export interface SweepReports {
  retention: (RetentionFindings & { finished_ms: number }) | null;
  verification: (VerificationFindings & { finished_ms: number }) | null;
}

export interface SweepLog {
  last(): Promise<SweepReports>;
  finishedRetention(findings: RetentionFindings, nowMs: number): Promise<void>;
  finishedVerification(findings: VerificationFindings, nowMs: number): Promise<void>;
}

/** Which objects a batch looks at: behind a digest, '' from the beginning. */
export interface SweepPage {
  after: string;
  limit: number;
}

/** One batch of a sweep: what came of it, and where the next begins; '' where there is none. */
export interface Swept {
  done: number;
  refused: number;
  next: string;
}

/** The effects of the sweeps. Each is safe under at-least-once: what was done is not to be done again. */
export interface SweepActivities {
  /** Reads the clocks of this machine into the custody clock. */
  advanceClock(): Promise<void>;
  /** Takes back marks that no longer hold. */
  unmarkKept(request: SweepPage): Promise<Swept>;
  /** Writes tombstones for what is over its date. */
  markOverdue(request: SweepPage): Promise<Swept>;
  /** Removes what was marked long enough ago, and makes sure that it is gone. */
  removeMarked(request: SweepPage): Promise<Swept>;
  /** Walks the chain, the register and the signed checkpoints. */
  verifyLedger(): Promise<VerificationFindings>;
  /** Verifies every time stamp that the ledger names. */
  verifyTimes(): Promise<VerificationFindings>;
  /** How many objects are to be read back today, so that each is within a week. */
  shareOfToday(): Promise<number>;
  /** Reads back those whose turn was the longest ago. */
  verifyObjects(request: { limit: number }): Promise<VerificationFindings>;
  retentionFinished(findings: RetentionFindings): Promise<void>;
  verificationFinished(findings: VerificationFindings): Promise<void>;
}
