import { RISK_LEDGER_SCHEMA, type RiskLedger, riskLedgerSchema } from '../../domain/risk-ledger.ts';
import { followChain } from './follow-chain.ts';
import { type ReadEntry, readEntry } from './read-entry.ts';
import type { RiskLedgerError, RiskLedgerReport } from './risk-ledger-report.ts';

/**
 * Recomputes every entry's hash and follows the chain. What was cut off at the end, and then counted and headed anew,
 * leaves no trace in the ledger itself: a head that is known from elsewhere finds it.
 */
export function verifyRiskLedger(
  document: unknown,
  knownHeads: readonly string[] = [],
): RiskLedgerReport {
  const parsed = riskLedgerSchema.safeParse(document);
  if (!parsed.success) return noLedger();
  const ledger = parsed.data;
  const entries = ledger.entries.map(readEntry);
  const broken = followChain(entries);
  const errors = [
    ...schemaErrors(ledger),
    ...broken,
    ...endErrors(ledger, entries, broken.length > 0),
    ...headErrors(entries, knownHeads),
  ];
  const places = errors.flatMap(({ index }) => index ?? []);
  return {
    schema: ledger.schema,
    valid: errors.length === 0,
    entry_count: entries.length,
    head_ledger_hash: ledger.head_ledger_hash,
    first_invalid_index: places.length === 0 ? null : Math.min(...places),
    errors,
  };
}

function noLedger(): RiskLedgerReport {
  const detail = 'the document is no ledger of risk decisions';
  return {
    ...{ schema: '', valid: false, entry_count: 0, head_ledger_hash: null },
    first_invalid_index: null,
    errors: [{ index: null, problem: 'schema', detail }],
  };
}

function schemaErrors({ schema }: RiskLedger): RiskLedgerError[] {
  if (schema === RISK_LEDGER_SCHEMA) return [];
  const detail = `the schema is ${JSON.stringify(schema)} and not ${RISK_LEDGER_SCHEMA}`;
  return [{ index: null, problem: 'schema', detail }];
}

/** What the ledger says of its end. Where the chain is broken already, it does not tell which entry is to blame. */
function endErrors(
  { entry_count, head_ledger_hash }: RiskLedger,
  entries: ReadEntry[],
  isBroken: boolean,
): RiskLedgerError[] {
  const { length } = entries;
  const isCut = entry_count > length;
  if (entry_count !== length) {
    const detail = isCut
      ? `entry ${length} and what came after it is missing: ${entry_count} are counted`
      : `there are ${length} entries, and ${entry_count} are counted`;
    return [{ index: isCut && !isBroken ? length : null, problem: 'count', detail }];
  }
  const last = entries.at(-1);
  // Where only the hash that it tells was changed, the head knows the right one.
  const isHead = last === undefined ? head_ledger_hash === null : names(head_ledger_hash, last);
  if (isHead) return [];
  const detail = `entry ${length - 1} is not the one that the ledger names as its head`;
  return [{ index: isBroken || length === 0 ? null : length - 1, problem: 'head', detail }];
}

function names(head: string | null, { told, hash }: ReadEntry): boolean {
  return head !== null && (head === told || head === hash);
}

function headErrors(entries: ReadEntry[], knownHeads: readonly string[]): RiskLedgerError[] {
  const held = new Set(entries.filter(({ holds }) => holds).map(({ hash }) => hash));
  return knownHeads
    .filter((head) => !held.has(head))
    .map((head) => ({
      index: null,
      problem: 'head',
      detail: `head ${head} is not in it any more`,
    }));
}
