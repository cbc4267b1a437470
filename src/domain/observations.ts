import type { IncidentEvent } from './events.ts';
import type { Observations } from './incident-record.ts';

/** How often the cause was seen by now, this once included. */
export function observed(
  before: Observations | null = null,
  { count, first_at, last_at, digest, alert }: Extract<IncidentEvent, { type: 'observed' }>,
): Observations {
  const aggregated = alert === undefined ? count : 0;
  if (before === null) return { count, first_at, last_at, digest, aggregated };
  return {
    count: before.count + count,
    first_at: before.first_at < first_at ? before.first_at : first_at,
    last_at: before.last_at > last_at ? before.last_at : last_at,
    digest,
    aggregated: before.aggregated + aggregated,
  };
}
