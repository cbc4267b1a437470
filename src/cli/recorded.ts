import { recordedEventSchema, type RecordedEvent } from '../domain/events.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';

/** The incident's event in a ledger entry; null for an entry that is about no incident. */
export function eventIn(entry: LedgerEntry): RecordedEvent | null {
  const { key, at, actor, type, body } = entry;
  const event = recordedEventSchema.safeParse({ key, at, actor, event: { ...body, type } });
  return event.success ? event.data : null;
}
