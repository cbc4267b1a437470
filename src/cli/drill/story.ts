import type { Incident } from '../../domain/incident-record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';

export interface DrillStep {
  entry: LedgerEntry;
  /** Milliseconds since the report, by the ledger's own instants. */
  elapsed_ms: number;
}

export interface DrillStory {
  incident: Incident;
  steps: DrillStep[];
  /** What was not as it should be; empty where the story ended well. */
  problems: string[];
}
