import { isSameSubject } from '../../domain/further.ts';
import { furtherOf } from '../../domain/incident.ts';
import type { Register } from '../../domain/ledger.ts';
import { eventIn } from '../../domain/recorded.ts';

/** The identities of alerts that brought a subject to a resolved incident after it had taken in the last one. */
export async function missedAlerts(
  register: Pick<Register, 'incident' | 'timeline'>,
  incidentId: string,
): Promise<string[]> {
  const incident = await register.incident(incidentId);
  // Most are about one subject, and saw nothing else.
  if (!incident?.observations) return [];
  const taken = furtherOf(incident);
  return (await register.timeline(incidentId)).flatMap((entry) => {
    const event = eventIn(entry)?.event;
    if (event?.type !== 'observed' || !event.widens || !event.alert) return [];
    const { subject } = event.widens;
    return taken.some((known) => isSameSubject(known, subject)) ? [] : [event.alert.identity];
  });
}
