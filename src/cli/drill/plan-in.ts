import type { IncidentEvent } from '../../domain/events.ts';
import type { Plan } from '../../domain/plan.ts';

/** What was planned when the incident was reported; undefined before it was. */
export function planIn(events: readonly IncidentEvent[]): Plan | undefined {
  return events.find((event) => event.type === 'reported')?.plan;
}
