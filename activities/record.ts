import type { Activities } from '../src/domain/activities.ts';
import type { IncidentEvent } from '../src/domain/events.ts';
import type { PlannedAction } from '../src/domain/plan.ts';
import type { ActivityDeps } from './deps.ts';

type Request = Parameters<Activities['record']>[0];

/** Appends to the ledger. What a change of course adds is held before any of it can be applied. */
export async function record({ ledger }: ActivityDeps, request: Request): Promise<void> {
  for (const { event } of request.events) {
    // What the ledger itself carries out holds nothing that could be released.
    const held = addedBy(event).filter((action) => action.kind === 'target');
    if (held.length > 0) await ledger.holds.add(request.incident_id, held);
  }
  await ledger.log.append(request.incident_id, request.events);
}

function addedBy(event: IncidentEvent): PlannedAction[] {
  if (event.type === 'escalated' || event.type === 'raised') return event.course.actions;
  return event.type === 'widened' || event.type === 'engaged' ? event.actions : [];
}
