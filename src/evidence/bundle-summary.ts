import type { BundleSummary, IncidentBundleContent } from '../domain/incident-bundle.ts';

/** Counts what a bundle holds. It is counted anew where the bundle is verified. */
export function summaryOf({
  incidents,
  audit_entries,
}: Pick<IncidentBundleContent, 'incidents' | 'audit_entries'>): BundleSummary {
  return {
    incidents: incidents.length,
    audit_entries: audit_entries.length,
    redacted_entries: audit_entries.filter((entry) => 'redacted' in entry).length,
    by_class: countBy(incidents, (incident) => incident['class']),
    by_severity: countBy(incidents, (incident) => incident['severity']),
    by_type: countBy(audit_entries, (entry) => entry.type),
  };
}

function countBy<T>(items: readonly T[], of: (item: T) => unknown): Record<string, number> {
  const groups = Map.groupBy(items, (item) => String(of(item)));
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]));
}
