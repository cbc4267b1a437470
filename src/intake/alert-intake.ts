import type { AlertFormatName, SplitDocument } from '../domain/alert.ts';
import { SET_ASIDE } from '../domain/alert-log.ts';
import type { Principal } from '../domain/principal.ts';

/** What a detector sent, as it came, before anything of it was read. */
export interface Delivery {
  bytes: Uint8Array;
  /** Of those bytes. */
  sha256: string;
  /** By lower-case name: what is needed to read the bytes again. Never a credential. */
  headers: Readonly<Record<string, string>>;
}

/**
 * What became of one alert. `incident`: it opened one. `observation`: it joined the incident of its cause. `repeat`: it had
 * come before. `unmatched`: no rule is about it. `cleared`, `health`: as its kind. `refused`: not this sender's to report.
 */
export const OUTCOMES = ['incident', 'observation', 'repeat', ...SET_ASIDE] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface AlertOutcome {
  /** In the document. */
  index: number;
  title: string;
  outcome: Outcome;
  /** Of the rule that matched; '' where none did. */
  rule: string;
  /** '' where there is none. */
  incident_id: string;
  /** '' where it was taken as it came. */
  reason: string;
}

export interface AlertReceipt {
  /** SHA-256 of the bytes: under which they are kept. */
  delivery: string;
  format: AlertFormatName;
  alerts: AlertOutcome[];
  refused: SplitDocument['refused'];
  disagreements: string[];
}

export interface AlertIntake {
  /** In the ledger, all of it, when this resolves. Faults: `ledger_unavailable`. */
  take(
    principal: Principal,
    delivery: Delivery,
    format: AlertFormatName,
    document: SplitDocument,
  ): Promise<AlertReceipt>;
  /** Keeps what could not be read at all, with the code of the refusal. Faults: `ledger_unavailable`. */
  keepUnread(principal: Principal, delivery: Delivery, code: string): Promise<void>;
}
