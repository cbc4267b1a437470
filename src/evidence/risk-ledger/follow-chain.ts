import { holdsBehind, type ReadEntry } from './read-entry.ts';
import type { RiskLedgerError, RiskLedgerProblem } from './risk-ledger-report.ts';

/** Goes from entry to entry and blames the first that is not what was written, then every further one. */
export function followChain(entries: readonly ReadEntry[]): RiskLedgerError[] {
  const walk: Walk = { entries, ...placesOf(entries), expected: 1 };
  return entries.flatMap((read, index) => {
    const errors = errorsAt(walk, read, index);
    // What does not hold says nothing of where it belongs.
    const next = read.holds && read.entry ? read.entry.sequence_id + 1 : walk.expected + 1;
    walk.expected = Math.max(walk.expected, next);
    return errors;
  });
}

interface Walk {
  entries: readonly ReadEntry[];
  /** Where each hash stands first. */
  firstAt: ReadonlyMap<string, number>;
  /** Where each sequence stands last. */
  lastAt: ReadonlyMap<number, number>;
  /** The sequence that comes next. */
  expected: number;
}

function placesOf(entries: readonly ReadEntry[]): Pick<Walk, 'firstAt' | 'lastAt'> {
  const firstAt = new Map<string, number>();
  const lastAt = new Map<number, number>();
  for (const [index, { entry, hash, holds }] of entries.entries()) {
    if (!holds || entry === null) continue;
    if (!firstAt.has(hash)) firstAt.set(hash, index);
    lastAt.set(entry.sequence_id, index);
  }
  return { firstAt, lastAt };
}

function errorsAt(walk: Walk, read: ReadEntry, index: number): RiskLedgerError[] {
  if (read.entry === null) return [error(index, 'unreadable', 'is no entry of a risk ledger')];
  const before = index === 0 ? null : walk.entries[index - 1];
  if (before === undefined) return [];
  if (!read.holds) return misfit(read, before, index);
  const misplaced = misplacement(walk, read, index);
  return misplaced ? [misplaced] : unlinked(read, before, index);
}

/** Its hash is wrong, and perhaps no more than its link, or the hash that it tells of itself. */
function misfit(read: ReadEntry, before: ReadEntry | null, index: number): RiskLedgerError[] {
  const told = before?.told ?? null;
  const isLinked = read.entry?.prev_ledger_hash === told || holdsBehind(read, told);
  // Where the one before tells a wrong hash of itself, this one may know the right one.
  const isBehind = isLinked || (before !== null && read.entry?.prev_ledger_hash === before.hash);
  return [
    error(index, 'hash', 'does not match its hash'),
    ...(isBehind ? [] : [error(index, 'link', 'does not name the entry before it either')]),
  ];
}

function misplacement(
  { firstAt, lastAt, expected }: Walk,
  { entry, hash }: ReadEntry,
  index: number,
): RiskLedgerError | undefined {
  const sequence = entry?.sequence_id ?? expected;
  const first = firstAt.get(hash) ?? index;
  if (first < index) return error(index, 'duplicate', `is entry ${first} again`);
  if (sequence === expected) return undefined;
  if (sequence < expected) return error(index, 'order', 'comes after those that follow it');
  if ((lastAt.get(expected) ?? -1) > index) return error(index, 'order', 'comes before its turn');
  return error(index, 'missing', `comes where ${sequence - expected} before it are missing`);
}

/** It holds, and so vouches for the one that it names: if that is not the one before it, that one was made since. */
function unlinked(
  { entry }: ReadEntry,
  before: ReadEntry | null,
  index: number,
): RiskLedgerError[] {
  const named = entry?.prev_ledger_hash ?? null;
  if (before === null) {
    return named === null ? [] : [error(index, 'link', 'is the first and names one before it')];
  }
  if (named !== null && (named === before.told || named === before.hash)) return [];
  return [error(index - 1, 'link', 'is not the one that the entry after it names')];
}

function error(index: number, problem: RiskLedgerProblem, what: string): RiskLedgerError {
  return { index, problem, detail: `entry ${index} ${what}` };
}
