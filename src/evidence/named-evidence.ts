import { isRedacting } from '../domain/redaction.ts';
import type { RecordedEvent } from '../domain/events.ts';
import type { EvidenceRef } from '../domain/evidence.ts';
import { eventIn } from '../domain/recorded.ts';
import type { AnyBundle } from './bundle-seal.ts';

/**
 * Every object of the evidence store that the entries of a bundle name, once each. Only what Cordon itself has written
 * counts: a reporter who names a digest in his report must not be handed what is kept under it. None where the bundle
 * is redacted: its digests are pseudonyms.
 */
export function evidenceNamedIn(bundle: AnyBundle): EvidenceRef[] {
  if ('schema' in bundle && isRedacting(bundle.redaction)) return [];
  const named = new Map<string, EvidenceRef>();
  for (const entry of bundle.audit_entries) {
    const recorded = 'key' in entry ? eventIn(entry) : null;
    for (const { sha256, size, media_type } of recorded === null ? [] : refsOf(recorded)) {
      named.set(sha256, { sha256, size, media_type });
    }
  }
  return [...named.values()];
}

function refsOf({ event }: RecordedEvent): EvidenceRef[] {
  if (event.type === 'captured') return [...event.artifacts, ...refIn(event.receipt?.manifest)];
  if (event.type === 'attestation') return refIn(event.evidence);
  if (event.type === 'timestamped') return [event.token];
  return event.type === 'sealed' ? [event.bundle] : [];
}

function refIn(ref: EvidenceRef | null | undefined): EvidenceRef[] {
  return ref ? [ref] : [];
}
