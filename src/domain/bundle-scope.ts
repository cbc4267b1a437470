import { z } from 'zod';
import type { Incident } from './incident-record.ts';
import { epochMs } from './instant.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { instantSchema, nameSchema, severitySchema } from './primitives.ts';
import { type Subject, subjectSchema } from './report.ts';
import { severityRank } from './severity.ts';

/** What a bundle is limited to; what is not named is no limit. */
export const bundleScopeSchema = z.strictObject({
  /** Entries from this instant on, and up to the other: both inclusive. */
  from: z.exactOptional(instantSchema),
  to: z.exactOptional(instantSchema),
  /** Every field that is named must be the incident's own. */
  subject: subjectSchema,
  /** Classes; none for all. */
  categories: z.array(nameSchema),
  min_severity: z.exactOptional(severitySchema),
});
export type BundleScope = z.infer<typeof bundleScopeSchema>;

export const WHOLE: BundleScope = { subject: {}, categories: [] };

export interface Scoped {
  incidents: Incident[];
  entries: LedgerEntry[];
  /** Said in the bundle, so that a part is never taken for the whole. */
  left_out: { incidents: number; audit_entries: number };
}

/**
 * The incidents of the scope with their entries of its time. An incident of which no entry lies in that time is left
 * out; so is an entry that is about no incident, unless the scope is of nothing but time.
 */
export function withinScope(
  scope: BundleScope,
  { incidents, entries }: { incidents: readonly Incident[]; entries: readonly LedgerEntry[] },
): Scoped {
  const timely = entries.filter((entry) => isTimely(scope, entry));
  const told = new Set(timely.map(({ incident_id }) => incident_id));
  const kept = incidents.filter((incident) => fits(scope, incident) && told.has(incident.id));
  const ids = new Set(kept.map(({ id }) => id));
  if (isOfTimeOnly(scope)) ids.add('');
  const within = timely.filter(({ incident_id }) => ids.has(incident_id));
  return {
    incidents: kept,
    entries: within,
    left_out: {
      incidents: incidents.length - kept.length,
      audit_entries: entries.length - within.length,
    },
  };
}

function isTimely({ from, to }: BundleScope, { at }: LedgerEntry): boolean {
  const ms = epochMs(at);
  return (from === undefined || epochMs(from) <= ms) && (to === undefined || ms <= epochMs(to));
}

function fits({ subject, categories, min_severity }: BundleScope, incident: Incident): boolean {
  return (
    (categories.length === 0 || categories.includes(incident.class)) &&
    (min_severity === undefined || severityRank(incident.severity) >= severityRank(min_severity)) &&
    isAbout(subject, incident.subject)
  );
}

function isAbout(asked: Subject, subject: Subject): boolean {
  const own = new Map<string, unknown>(Object.entries(subject));
  return Object.entries(asked).every(([field, value]) => own.get(field) === value);
}

function isOfTimeOnly({ subject, categories, min_severity }: BundleScope): boolean {
  return Object.keys(subject).length === 0 && categories.length === 0 && min_severity === undefined;
}
