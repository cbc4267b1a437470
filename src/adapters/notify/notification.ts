import { z } from 'zod';
import { incidentRecordSchema, type Incident } from '../../domain/incident-record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { Webhook } from '../../domain/policy.ts';
import { instantSchema, sha256Schema } from '../../domain/primitives.ts';
import { eventIn } from '../../domain/recorded.ts';
import { severityRank } from '../../domain/severity.ts';
import { aboutEvent } from './about-event.ts';

/** What a webhook is sent. Evidence and findings stay at home: they may be large, and are not for every receiver. */
export const notificationSchema = z.strictObject({
  /** The entry's hash: the same for every delivery of one event, and of no other. */
  id: sha256Schema,
  type: z.string(),
  at: instantSchema,
  /** As it is when it is sent; null for an event that is about no incident. */
  incident: incidentRecordSchema.omit({ evidence: true, playbook: true }).nullable(),
  /** Of what happens by a playbook, and of clocks: which task, step or clock, and whose it is. */
  about: z.record(z.string(), z.string()),
  entry_seq: z.int().min(1),
});
export type Notification = z.infer<typeof notificationSchema>;

/** Whether the webhook wants to hear of it, as far as the entry alone tells. */
export function listensTo(webhook: Webhook, entry: LedgerEntry): boolean {
  return webhook.events.includes(entry.type) || isFor(webhook, entry);
}

function isFor({ alerts = [] }: Webhook, entry: LedgerEntry): boolean {
  if (alerts.length === 0 || entry.type !== 'alert') return false;
  const event = eventIn(entry)?.event;
  return event?.type === 'alert' && event.to !== undefined && alerts.includes(event.to.role);
}

/** Null where the incident is less severe than what the webhook wants to hear of. */
export function notificationOf(
  webhook: Webhook,
  entry: LedgerEntry,
  incident: Incident | null,
): Notification | null {
  const least = severityRank(webhook.min_severity);
  if (incident !== null && severityRank(incident.severity) < least) return null;
  return {
    id: entry.hash,
    type: entry.type,
    at: entry.at,
    incident: incident && withoutFindings(incident),
    about: aboutEvent(entry, incident),
    entry_seq: entry.seq,
  };
}

function withoutFindings(incident: Incident): Omit<Incident, 'evidence' | 'playbook'> {
  const { evidence: _evidence, playbook: _playbook, ...rest } = incident;
  return rest;
}
