import type { Activities } from '../src/domain/activities.ts';
import type { ActivityDeps } from './deps.ts';

type Request = Parameters<Activities['record']>[0];

/** Appends to the ledger. What an escalation adds is held before any of it can be applied. */
export async function record({ ledger }: ActivityDeps, request: Request): Promise<void> {
  for (const { event } of request.events) {
    if (event.type !== 'escalated') continue;
    // What the ledger itself carries out holds nothing that could be released.
    const held = event.course.actions.filter((action) => action.kind === 'target');
    await ledger.holds.add(request.incident_id, held);
  }
  await ledger.log.append(request.incident_id, request.events);
}
