import type { Incident } from '../domain/incident-record.ts';
import type { Register } from '../domain/ledger.ts';
import { refuse } from './refuse.ts';

/** The incident as the register has it. Throws `incident_not_found`. */
export async function knownIncident(
  register: Pick<Register, 'incident'>,
  id: string,
): Promise<Incident> {
  const incident = await register.incident(id);
  return incident ?? refuse('incident_not_found', `There is no incident ${id}`);
}
