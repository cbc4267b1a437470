import { RISK_ACTIONS, RISK_STATES } from '../../../src/domain/risk-ledger.ts';
import { RISK_LEDGER_SCHEMA, type RiskEntry } from '../../../src/domain/risk-ledger.ts';
import { nextRiskEntry } from '../../../src/evidence/risk-ledger/risk-entry-hash.ts';
import { sha256Hex } from '../../../src/evidence/digest.ts';

/** That many decisions, each different from the others. */
export function decisions(length: number): RiskEntry[] {
  const entries: RiskEntry[] = [];
  for (let n = 0; n < length; n += 1) {
    const decision = {
      ts_ms: 1_770_091_200_000 + n * 250,
      extension_id: n % 3 === 0 ? 'maps' : 'weather-tools',
      call_id: `call-${n + 1}`,
      capability: ['exec', 'env', 'http'][n % 3] ?? '',
      method: 'do',
      params_hash: sha256Hex(`params ${n}`),
      risk_score: (n % 10) / 10,
      selected_action: RISK_ACTIONS[n % RISK_ACTIONS.length] ?? 'allow',
      derived_state: RISK_STATES[n % RISK_STATES.length] ?? 'safe',
      consecutive_unsafe: n % 3,
      reason_codes: n % 2 === 0 ? [] : ['deny_caps'],
    };
    entries.push(nextRiskEntry(entries.at(-1) ?? null, decision));
  }
  return entries;
}

/** A ledger of these, which is counted and headed as they are unless it is said otherwise. */
export function ledgerOf(entries: readonly unknown[], over: object = {}) {
  const last = Object(entries.at(-1));
  return {
    schema: RISK_LEDGER_SCHEMA,
    generated_at_ms: 1_770_091_260_000,
    entry_count: entries.length,
    head_ledger_hash: typeof last.ledger_hash === 'string' ? last.ledger_hash : null,
    entries: [...entries],
    ...over,
  };
}
