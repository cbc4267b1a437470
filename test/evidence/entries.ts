import type { Head } from '../../src/domain/ledger.ts';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { seal } from '../../src/evidence/chain.ts';

/** A chain of that many entries, as a ledger would have written it. */
export function chainOf(length: number, from: Head | null = null): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let head = from;
  for (let index = 0; index < length; index += 1) {
    const entry = sealed(head, `e${index}`);
    entries.push(entry);
    head = entry;
  }
  return entries;
}

export function sealed(prev: Head | null, key: string): LedgerEntry {
  return seal(prev, {
    incident_id: 'INC-20260101-120000-0badcafe',
    key,
    at: '2026-01-01T12:00:00.000Z',
    actor: 'alice',
    type: 'contained',
    body: { key, nested: { list: [1, 'zwei'] } },
  });
}

/** The entry at that index, which the test knows to be there. */
export function pick(entries: readonly LedgerEntry[], index: number): LedgerEntry {
  const entry = entries.at(index);
  if (!entry) throw new RangeError(`no entry at ${index}`);
  return entry;
}
