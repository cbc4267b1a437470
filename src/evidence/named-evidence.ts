import { isRedacting } from '../domain/redaction.ts';
import type { IncidentEvent } from '../domain/events.ts';
import type { EvidenceRef } from '../domain/evidence.ts';
import { eventIn } from '../domain/recorded.ts';
import type { AnyBundle } from './bundle-seal.ts';
import type { ManifestTime } from './verify-timestamps.ts';

/**
 * Every object of the evidence store that the entries of a bundle name, once each. Only what Cordon itself has written
 * counts: a reporter who names a digest in his report must not be handed what is kept under it. None where the bundle
 * is redacted: its digests are pseudonyms.
 */
export function evidenceNamedIn(bundle: AnyBundle): EvidenceRef[] {
  const named = new Map<string, EvidenceRef>();
  for (const { sha256, size, media_type } of eventsOf(bundle).flatMap(refsOf)) {
    named.set(sha256, { sha256, size, media_type });
  }
  return [...named.values()];
}

/** How many signed manifests the entries of a bundle name, and what they say of their times. */
export function timesNamedIn(bundle: AnyBundle): { manifests: number; times: ManifestTime[] } {
  const events = eventsOf(bundle);
  const signed = events.flatMap((event) =>
    event.type === 'captured' ? (event.receipt ?? []) : [],
  );
  return {
    manifests: new Set(signed.map(({ manifest }) => manifest.sha256)).size,
    times: events.filter((event) => event.type === 'timestamped'),
  };
}

function eventsOf(bundle: AnyBundle): IncidentEvent[] {
  if ('schema' in bundle && isRedacting(bundle.redaction)) return [];
  return bundle.audit_entries.flatMap((entry) => {
    return 'key' in entry ? (eventIn(entry)?.event ?? []) : [];
  });
}

/** What one event names. */
export function refsOf(event: IncidentEvent): EvidenceRef[] {
  if (event.type === 'captured') return [...event.artifacts, ...refIn(event.receipt?.manifest)];
  if (event.type === 'custody') return event.what.flatMap(({ tombstone }) => refIn(tombstone));
  if (event.type === 'attestation') return refIn(event.evidence);
  if (event.type === 'timestamped') return [event.token];
  if (event.type === 'task_done') return event.evidence;
  if (event.type === 'reviewed') return [event.document];
  return event.type === 'sealed' ? [event.bundle] : [];
}

function refIn(ref: EvidenceRef | null | undefined): EvidenceRef[] {
  return ref ? [ref] : [];
}
