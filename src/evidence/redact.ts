import type { IncidentBundleContent, RedactedEntry } from '../domain/incident-bundle.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../domain/ledger-entry.ts';
import type { Redaction } from '../domain/redaction.ts';
import { canonicalJson } from './canonical.ts';
import { type Pseudonyms, recognised } from './pseudonyms.ts';
import { keep, memberNames, type Members, NAMED, REMOVED } from './redaction-rule.ts';
import { ENVELOPE_RULES, EVENT_RULES, INCIDENT_RULES } from './redaction-table.ts';
import { createRedactor, type Redactor } from './redactor.ts';

/** What of a bundle is redacted; the rest of it is figures. */
export type Redactable = Pick<
  IncidentBundleContent,
  'exported_by' | 'policy_digest' | 'incidents' | 'audit_entries'
> & { asked: IncidentBundleContent['scope']['asked'] };

const FIELDS = ledgerEntrySchema.shape;

/** Of an entry, beside its type and body. The key is left out in any case: a caller may have chosen it. */
const ENTRY_RULES: Members = {
  key: { flag: 'names', by: 'marker' },
  seq: keep(FIELDS.seq),
  incident_id: keep(FIELDS.incident_id.regex(/^(INC-[0-9a-f-]+)?$/)),
  at: keep(FIELDS.at),
  actor: NAMED,
  prev_hash: keep(FIELDS.prev_hash),
  hash: keep(FIELDS.hash),
};

/**
 * Takes out what the flags say, by the table. Fails closed: an event, a member or a value that the table does not know
 * is removed. Each entry keeps its place and hashes, which tell nothing to those who cannot guess an entry whole.
 */
export function redact(
  content: Redactable,
  redaction: Redaction,
  pseudonyms: Pseudonyms,
): { content: Redactable } & Pick<Redactor, 'taken' | 'standing'> {
  const redactor = createRedactor(redaction, pseudonyms);
  const { incidents, audit_entries, ...envelope } = content;
  return {
    content: {
      ...(redactor.redact(ENVELOPE_RULES, envelope).record as typeof envelope),
      incidents: incidents.map((incident) => redactor.redact(INCIDENT_RULES, incident).record),
      audit_entries: audit_entries.map((entry) => redactEntry(redactor, entry)),
    },
    taken: redactor.taken,
    standing: redactor.standing,
  };
}

/** Redacting again must find nothing more to take. Digests alone do not show whether they were replaced. */
export function isRedacted(content: Redactable, redaction: Redaction): boolean {
  const again = redact(content, redaction, recognised).content;
  const { incidents, audit_entries, ...envelope } = content;
  const entries = audit_entries.map((entry) => ({ ...entry, removed: [] }));
  const untold = again.audit_entries.map((entry) => ({ ...entry, removed: [] }));
  const told = audit_entries.flatMap((entry) => ('removed' in entry ? entry.removed : []));
  return (
    told.every(isPointer) &&
    canonicalJson({ ...envelope, incidents, audit_entries: entries }) ===
      canonicalJson({ ...again, audit_entries: untold })
  );
}

function redactEntry(redactor: Redactor, entry: LedgerEntry | RedactedEntry): RedactedEntry {
  const { type, body, seq, incident_id, at, actor, prev_hash, hash } = entry;
  const key = 'key' in entry ? { key: entry.key } : {};
  const place = { seq, incident_id, at, actor, prev_hash, hash, ...key };
  const { key: _, ...kept } = redactor.redact(ENTRY_RULES, place).record;
  const rules = rulesOf(type);
  const left = redactor.redact(rules ?? {}, body);
  return {
    ...(kept as Omit<RedactedEntry, 'type' | 'body' | 'redacted' | 'removed'>),
    type: rules === undefined ? REMOVED : type,
    body: left.record as RedactedEntry['body'],
    redacted: true,
    removed: left.removed,
  };
}

function rulesOf(type: string): Members | undefined {
  return new Map<string, Members>(Object.entries(EVENT_RULES)).get(type);
}

const STEPS = new Set(['', '*', ...Object.values(EVENT_RULES).flatMap(memberNames)]);

/** Made of nothing but names that the table has, places in lists, and the star. */
function isPointer(pointer: string): boolean {
  return pointer.split('/').every((step) => STEPS.has(step) || /^\d+$/.test(step));
}
