import type { EvidenceRef, EvidenceStore } from '../../domain/evidence.ts';
import { Fault } from '../../domain/fault.ts';
import type { IncidentLog, Register } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { eventIn } from '../../domain/recorded.ts';
import type { Timestamper } from '../../domain/timestamper.ts';
import { stampedBytesOf, TIMESTAMP_MEDIA_TYPE } from '../../evidence/timestamp.ts';
import { instantOf } from '../../domain/instant.ts';

export interface StampDeps {
  ledger: { log: Pick<IncidentLog, 'append'>; register: Pick<Register, 'timeline'> };
  store: Pick<EvidenceStore, 'get' | 'put'>;
  tsa: Timestamper;
  /** Told of a time (epoch ms) that the authority has just vouched for. */
  vouched: (timeMs: number) => Promise<void>;
  now: () => number;
}

/** The manifest of a capture that an entry tells of; null where there is none. */
export function manifestIn(entry: LedgerEntry): EvidenceRef | null {
  if (entry.type !== 'captured') return null;
  const event = eventIn(entry)?.event;
  return event?.type === 'captured' && event.receipt ? event.receipt.manifest : null;
}

/**
 * Has a manifest time-stamped, keeps the token beside it, and records it; one that has its token stays as it is. The
 * Faults of the TSA, the store and the ledger; `evidence_missing` and `evidence_corrupt` where there is nothing, or
 * something else, to stamp.
 */
export async function stampManifest(
  { ledger, store, tsa, vouched, now }: StampDeps,
  incidentId: string,
  manifest: EvidenceRef,
): Promise<void> {
  const key = `timestamped/${manifest.sha256}`;
  const timeline = await ledger.register.timeline(incidentId);
  if (timeline.some((entry) => entry.key === key)) return;
  const bytes = stampedBytesOf(await store.get(manifest));
  if (bytes === null) throw notOurs(manifest);
  const { token, time_ms, authority } = await tsa.stamp(bytes);
  const event = {
    type: 'timestamped' as const,
    manifest: manifest.sha256,
    token: await store.put(token, TIMESTAMP_MEDIA_TYPE),
    time: instantOf(time_ms),
    authority,
  };
  await vouched(time_ms);
  await ledger.log.append(incidentId, [{ key, at: instantOf(now()), actor: 'cordon', event }]);
}

function notOurs({ sha256 }: EvidenceRef): Fault {
  return new Fault('evidence_corrupt', `${sha256} is no manifest`, { retryable: false });
}
