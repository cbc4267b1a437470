import type { EvidenceRef } from '../domain/evidence.ts';
import type { IncidentEvent } from '../domain/events.ts';
import type { Register } from '../domain/ledger.ts';
import { eventIn } from '../domain/recorded.ts';
import type { ManifestTime } from './verify-timestamps.ts';

const ENTRIES_AT_ONCE = 500;

type Entries = Pick<Register, 'entriesAfter'>;

/** Every signed manifest that the ledger names, in its order. */
export async function* manifestsIn(register: Entries): AsyncGenerator<EvidenceRef> {
  for await (const event of eventsIn(register)) {
    if (event.type === 'captured' && event.receipt !== null) yield event.receipt.manifest;
  }
}

/** Every time stamp that the ledger names, in its order. */
export async function* timesIn(register: Entries): AsyncGenerator<ManifestTime> {
  for await (const event of eventsIn(register)) if (event.type === 'timestamped') yield event;
}

async function* eventsIn(register: Entries): AsyncGenerator<IncidentEvent> {
  let seq = 0;
  for (;;) {
    const entries = await register.entriesAfter(seq, ENTRIES_AT_ONCE);
    if (entries.length === 0) return;
    for (const entry of entries) {
      seq = entry.seq;
      const event = eventIn(entry)?.event;
      if (event !== undefined) yield event;
    }
  }
}
