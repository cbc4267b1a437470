import { type RiskEntry, riskEntrySchema, riskLedgerSchema } from '../../domain/risk-ledger.ts';
import type { RiskLedgerReport } from './risk-ledger-report.ts';

/** One decision, as it was made. */
export type ReplayStep = Pick<
  RiskEntry,
  | 'ts_ms'
  | 'extension_id'
  | 'capability'
  | 'method'
  | 'risk_score'
  | 'selected_action'
  | 'derived_state'
> & { index: number };

/** What happened as far as the ledger can be believed, and what is to be looked at anew. */
export interface RiskReplay {
  steps: ReplayStep[];
  /** The first entry that is not to be believed and all after it; null where there is none. */
  untrusted: { from_index: number; count: number; extensions: string[] } | null;
}

/** Replays up to the break that the report of the same document names. */
export function replayRiskLedger(document: unknown, report: RiskLedgerReport): RiskReplay {
  const parsed = riskLedgerSchema.safeParse(document);
  const entries = parsed.success ? parsed.data.entries : [];
  const trusted = report.valid ? entries.length : (report.first_invalid_index ?? 0);
  const steps = entries
    .slice(0, trusted)
    .map((entry, index) => stepOf(riskEntrySchema.parse(entry), index));
  const others = entries.slice(trusted);
  if (report.valid) return { steps, untrusted: null };
  return {
    steps,
    untrusted: { from_index: trusted, count: others.length, extensions: extensionsOf(others) },
  };
}

function stepOf(entry: RiskEntry, index: number): ReplayStep {
  const { ts_ms, extension_id, capability, method, risk_score, ...decided } = entry;
  const { selected_action, derived_state } = decided;
  return {
    ...{ index, ts_ms, extension_id, capability, method, risk_score },
    ...{ selected_action, derived_state },
  };
}

/** As they call themselves there, which is not to be believed either. */
function extensionsOf(entries: unknown[]): string[] {
  const names = entries.flatMap((entry) => {
    const parsed = riskEntrySchema.safeParse(entry);
    return parsed.success ? [parsed.data.extension_id] : [];
  });
  return [...new Set(names)].toSorted();
}
