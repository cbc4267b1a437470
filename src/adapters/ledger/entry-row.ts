import { type RecordedEvent, recordedEventSchema } from '../../domain/events.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { Fault } from '../../domain/fault.ts';
import type { EntryDraft } from '../../evidence/chain.ts';
import type { EntryRow } from './tables.ts';

/** The event's type is the entry's, its other members are the body. */
export function draftOf(incidentId: string, { key, at, actor, event }: RecordedEvent): EntryDraft {
  const { type, ...body } = event;
  return { incident_id: incidentId, key, at, actor, type, body };
}

/** The event that an incident's entry was made of; undefined where it is none that this program knows. */
export function recordedOf({ key, at, actor, type, body }: LedgerEntry): RecordedEvent | undefined {
  return recordedEventSchema.safeParse({ key, at, actor, event: { ...body, type } }).data;
}

export function rowOf(entry: LedgerEntry): EntryRow {
  return { ...entry, body: JSON.stringify(entry.body) };
}

/** Throws Fault `ledger_corrupt` where the stored body is no longer JSON. */
export function entryOf(row: EntryRow): LedgerEntry {
  try {
    const body: LedgerEntry['body'] = JSON.parse(row.body);
    return { ...row, body };
  } catch (error) {
    throw new Fault('ledger_corrupt', `Entry ${row.seq} of the ledger is not readable`, {
      retryable: false,
      cause: error,
    });
  }
}
