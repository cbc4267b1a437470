import type { Enrolment } from './enrolment.ts';
import type { EvidenceRef } from './evidence.ts';

export type ChallengePurpose = 'containment' | 'reattest';

/** A nonce and everything it was derived from: it fits one purpose, and is used once. */
export interface IssuedChallenge {
  /** 64 lower-case hex digits. */
  nonce: string;
  purpose: ChallengePurpose;
  incident_id: string;
  host: string;
  salt: string;
  binding: string;
  policy_digest: string;
  /** Epoch ms. */
  issued_ms: number;
  expires_ms: number;
}

/** A challenge as it was when its answer came. */
export interface ConsumedChallenge {
  challenge: IssuedChallenge;
  expired: boolean;
  /** True where it had been used before. */
  consumed: boolean;
}

/** The clock of the last accepted quote of a key. `clock` in milliseconds, decimal. */
export interface LastAccepted {
  clock: string;
  reset_count: number;
  restart_count: number;
  safe: boolean;
  /** Counts what was accepted under the key; 0 before the first. */
  version: number;
}

export interface Conclusion {
  nonce: string;
  accepted: boolean;
  reason: string;
  evidence: EvidenceRef | null;
  /** Under which key and clock it was accepted, and the version of the last accepted that it was compared with. */
  clock: (LastAccepted & { ak_name: string }) | null;
  /** Epoch ms. */
  at_ms: number;
}

/** Who may prove what, what was asked, and what was concluded. */
export interface Attestations {
  /** The host's enrolment in force; null where there is none. */
  enrolment(host: string): Promise<Enrolment | null>;
  /** Those in force, by host. */
  enrolments(): Promise<Enrolment[]>;
  /**
   * Adds the next version, and says so in the ledger; the versions before stay as they were. Faults:
   * `already_enrolled` unless it may replace, `ak_bound_elsewhere` for a key that any other host ever had.
   */
  enrol(enrolment: Omit<Enrolment, 'version'>, mayReplace: boolean): Promise<Enrolment>;
  /** False, and nothing is recorded, where the incident was challenged `most` times for this purpose since then. */
  issue(challenge: IssuedChallenge, limit: { most: number; since_ms: number }): Promise<boolean>;
  /** Uses the nonce up, whatever comes of it; null for one that was never issued. */
  consume(nonce: string, nowMs: number): Promise<ConsumedChallenge | null>;
  /** What a host's own attestor is expected to report because we asked it: until then, once; 0: nothing any more. */
  expectEcho(nonce: string, untilMs: number): Promise<void>;
  lastAccepted(akName: string): Promise<LastAccepted | null>;
  /** Writes the verdict. False, and nothing is written, where another quote of the key was accepted meanwhile. */
  conclude(conclusion: Conclusion): Promise<boolean>;
}
