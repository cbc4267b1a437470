import type { RiskDecision, RiskEntry } from '../../domain/risk-ledger.ts';
import { canonicalJson } from '../canonical.ts';
import { sha256Hex } from '../digest.ts';

/** SHA-256 over the canonical JSON of every member but `ledger_hash`. Fault `not_canonical`. */
export function riskEntryHash(entry: Record<string, unknown>): string {
  const { ledger_hash: _, ...hashed } = entry;
  return sha256Hex(canonicalJson(hashed));
}

/** Makes the decision the next entry. `before` is null for the first. */
export function nextRiskEntry(
  before: Pick<RiskEntry, 'sequence_id' | 'ledger_hash'> | null,
  decision: RiskDecision,
): RiskEntry {
  const entry = {
    ...decision,
    sequence_id: (before?.sequence_id ?? 0) + 1,
    prev_ledger_hash: before?.ledger_hash ?? null,
  };
  return { ...entry, ledger_hash: riskEntryHash(entry) };
}
