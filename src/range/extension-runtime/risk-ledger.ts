import {
  RISK_LEDGER_SCHEMA,
  type RiskDecision,
  type RiskLedger,
  riskEntrySchema,
} from '../../domain/risk-ledger.ts';
import { nextRiskEntry } from '../../evidence/risk-ledger/risk-entry-hash.ts';
import type { RangeStore } from '../store.ts';
import type { RuntimeState } from './runtime-state.ts';

/**
 * A chain cannot be cut at its beginning: when it is full, nothing more is decided until a new one is begun. Every
 * status reads all of it, and a drill makes a few hundred.
 */
const MOST_ENTRIES = 2_000;

const SESSION = 'ledger_session';

export function isFull({ records }: Pick<RangeStore, 'records'>, kind: string): boolean {
  return records.count(kind) >= MOST_ENTRIES;
}

/** The records of the ledger that is written to now. */
export function ledgerKind(store: RangeStore): string {
  return `ledger:${store.setting(SESSION) ?? '1'}`;
}

/** Begins a new one, as a restart of the runtime does; the old one is kept. */
export function renewLedger(store: RangeStore): void {
  store.set(SESSION, String(Number(store.setting(SESSION) ?? '1') + 1));
}

export function appendEntry({ store }: RuntimeState, decision: RiskDecision): void {
  const kind = ledgerKind(store);
  const before = store.records.last(kind);
  const entry = nextRiskEntry(
    before === undefined ? null : riskEntrySchema.parse(before),
    decision,
  );
  store.records.put(kind, String(store.records.count(kind)), entry);
}

export function ledgerArtifact({ store, now }: RuntimeState): RiskLedger {
  const entries = store.records.list(ledgerKind(store));
  const head = riskEntrySchema.safeParse(entries.at(-1));
  return {
    schema: RISK_LEDGER_SCHEMA,
    generated_at_ms: now(),
    entry_count: entries.length,
    head_ledger_hash: head.success ? head.data.ledger_hash : null,
    entries,
  };
}
