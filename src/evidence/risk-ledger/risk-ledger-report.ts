/** What is wrong with a ledger at one place, or as a whole. */
export type RiskLedgerProblem =
  'schema' | 'unreadable' | 'hash' | 'link' | 'missing' | 'duplicate' | 'order' | 'count' | 'head';

export interface RiskLedgerError {
  /** Of the entry, from 0; null for the ledger as a whole. */
  index: number | null;
  problem: RiskLedgerProblem;
  /** One sentence that names the entry. */
  detail: string;
}

/** Whether a ledger is as the runtime wrote it, and where it stops being that. */
export interface RiskLedgerReport {
  schema: string;
  valid: boolean;
  entry_count: number;
  head_ledger_hash: string | null;
  /** Entries before it are what was written; null where all of them are, or nothing is known of them. */
  first_invalid_index: number | null;
  errors: RiskLedgerError[];
}
