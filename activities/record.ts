import type { Activities } from '../src/domain/activities.ts';
import type { ActivityDeps } from './deps.ts';

type Request = Parameters<Activities['record']>[0];

/** Appends to the ledger. What an escalation adds is held before any of it can be applied. */
export async function record({ ledger }: ActivityDeps, request: Request): Promise<void> {
  for (const { event } of request.events) {
    if (event.type === 'escalated')
      await ledger.holds.add(request.incident_id, event.course.actions);
  }
  await ledger.log.append(request.incident_id, request.events);
}
