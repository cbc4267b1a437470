import type { CausedAlert, SetAsideAlert } from './alert-log.ts';

/** What is known of an alert's subject when it is decided. By name: how many of a count are together, itself among them. */
export interface TriageState {
  quarantined: boolean;
  counts: Readonly<Record<string, number>>;
}

/** That an alert is one of a count. */
export interface TriageCounter {
  /** In its tree. */
  name: string;
  /** SHA-256 over the count and the subject: what has it in common is counted together. */
  counter: string;
  window_ms: number;
  many: number;
}

export interface TriageDecision {
  becomes: SetAsideAlert | CausedAlert;
  /** The counts that were asked for and are many: those of them that were only logged belong to the same incident. */
  follow: readonly string[];
}

/** An alert of which a tree says what it is, by what the ledger knows when it is written. */
export interface TriagedAlert {
  /** Of which each says that the subject is quarantined, where it is held and in force. */
  quarantined_by: readonly string[];
  counters: readonly TriageCounter[];
  /** Never throws. The same for the same state, but for the id of an incident that it opens. */
  decide(state: TriageState): TriageDecision;
}
