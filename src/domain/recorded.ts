import { recordedEventSchema, type RecordedEvent } from './events.ts';
import type { LedgerEntry } from './ledger-entry.ts';

/** The incident's event in a ledger entry; null for an entry that is about no incident. */
export function eventIn(
  entry: Pick<LedgerEntry, 'key' | 'at' | 'actor' | 'type' | 'body'>,
): RecordedEvent | null {
  const { key, at, actor, type, body } = entry;
  const event = recordedEventSchema.safeParse({ key, at, actor, event: { ...body, type } });
  return event.success ? event.data : null;
}
