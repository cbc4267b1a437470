import type { IncidentEvent, RecordedEvent } from '../../src/domain/events.ts';
import { apply, open } from '../../src/domain/incident.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { Head } from '../../src/domain/ledger.ts';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { WHOLE } from '../../src/domain/bundle-scope.ts';
import { incidentBundleSchema, type IncidentBundle } from '../../src/domain/incident-bundle.ts';
import { REDACTIONS } from '../../src/domain/redaction.ts';
import type { BundleKeys } from '../../src/evidence/bundle-seal.ts';
import { seal } from '../../src/evidence/chain.ts';
import {
  buildIncidentBundle,
  type IncidentBundleSource,
} from '../../src/evidence/incident-bundle.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { CLAIMED } from '../support/attestations.ts';
import { FREEZE, HAPPENS, later, LATCHED, reported } from '../support/incidents.ts';

export const KEYS: BundleKeys = {
  serviceToken: 'the service token',
  signingKey: loadSigningKey(generateSigningKeyPem()),
};

export const ARTIFACT = {
  collector: 'tmpfs',
  sha256: 'e'.repeat(64),
  size: 5,
  media_type: 'application/json',
};

/** What a latched incident goes through, with somebody's name or words wherever there can be any. */
export const STORY: readonly IncidentEvent[] = [
  HAPPENS.inForce(),
  {
    type: 'captured',
    artifacts: [ARTIFACT],
    gaps: [{ collector: 'memory', reason: 'failed: /home/zoe is gone' }],
    reset_count: null,
    receipt: null,
  },
  HAPPENS.contained,
  { ...HAPPENS.acknowledged, by: 'ada.lovelace', note: 'seen with bob' },
  { type: 'attestation', by: 'ada.lovelace', ...CLAIMED, binding: 'b'.repeat(64) },
  { type: 'resolved', by: 'grace.hopper', note: 'firmware renewed' },
  HAPPENS.released('released'),
];

export const SUBJECT = { host: 'db-prod-17', operator: 'ada.lovelace' };

/** An incident to which the events have happened, and the entries that tell of it. */
export function told(
  events: readonly IncidentEvent[] = STORY,
  report: Partial<Extract<IncidentEvent, { type: 'reported' }>> = {},
): { incident: Incident; entries: LedgerEntry[] } {
  const first = reported({ ...LATCHED, actions: [FREEZE] });
  const opening = { ...first, event: { ...first.event, subject: SUBJECT, ...report } };
  const recorded: RecordedEvent[] = events.map((event, i) => {
    const actor = 'by' in event ? event.by : 'cordon';
    return { key: `k${i}`, at: later(i + 1), actor, event };
  });
  const incident = recorded.reduce(apply, open(opening));
  return { incident, entries: entriesOf(incident.id, [opening, ...recorded]) };
}

export function entriesOf(
  incidentId: string,
  recorded: readonly RecordedEvent[],
  from: Head | null = null,
): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (const { key, at, actor, event } of recorded) {
    const { type, ...body } = event;
    const draft = { incident_id: incidentId, key, at, actor, type, body };
    entries.push(seal(entries.at(-1) ?? from, draft));
  }
  return entries;
}

/** The bundle of the story, unless asked otherwise whole and as it is. */
export function bundled(asked: Partial<IncidentBundleSource> = {}): Uint8Array {
  const { incident, entries } = told();
  const source = {
    exportedAt: later(60),
    exportedBy: 'ada.lovelace',
    policyDigest: 'a'.repeat(64),
    incidents: [incident],
    entries,
    scope: WHOLE,
    redaction: REDACTIONS.none,
    pseudonymKey: new Uint8Array(32).fill(7),
    ...asked,
  };
  return buildIncidentBundle(source, KEYS);
}

export function readBundled(bytes: Uint8Array): IncidentBundle {
  return incidentBundleSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
}
