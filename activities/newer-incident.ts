import type { Activities } from '../src/domain/activities.ts';
import { furtherOf } from '../src/domain/incident.ts';
import type { Incident } from '../src/domain/incident-record.ts';
import type { ActivityDeps } from './deps.ts';

/** More than any host has within the life of a proof; in a flood the newest are enough. */
const MOST_READ = 1_000;

type Request = Parameters<Activities['newerIncident']>[0];

/**
 * An incident that puts the host in doubt again, and does not itself hold all that this one would let go: what both
 * hold stays held whatever happens to this one.
 */
export async function newerIncident(
  { ledger: { register }, policy }: Pick<ActivityDeps, 'ledger' | 'policy'>,
  { incident_id, host, since }: Request,
): Promise<string> {
  const { unnamed_host = '' } = policy().attestation;
  const held = [...resourcesOf(await register.incident(incident_id))];
  const recent = await register.unresolvedSince(since, MOST_READ);
  const newer = recent
    .filter(({ id, require_reattest }) => id !== incident_id && require_reattest)
    .filter((incident) =>
      [incident.subject, ...furtherOf(incident)].some(
        (subject) => (subject.host ?? unnamed_host) === host,
      ),
    )
    .find((incident) => {
      const others = resourcesOf(incident);
      return held.some((resource) => !others.has(resource));
    });
  return newer?.id ?? '';
}

/** What is held in the world; a ledger entry is no hold. */
function resourcesOf(incident: Incident | null): ReadonlySet<string> {
  const actions = incident?.containment_actions ?? [];
  return new Set(actions.map(({ resource }) => resource).filter((resource) => resource !== ''));
}
