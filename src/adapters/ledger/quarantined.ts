import type { Writing } from './group-commit.ts';
import { incidentOf } from './register-row.ts';

/** Those of the resources that an unresolved incident holds, and that were measured to be in force. */
export async function quarantinedAmong(
  { db }: Pick<Writing, 'db'>,
  resources: readonly string[],
): Promise<ReadonlySet<string>> {
  if (resources.length === 0) return new Set();
  const rows = await db
    .selectFrom('holds')
    .innerJoin('incidents', 'incidents.id', 'holds.incident_id')
    .select(['holds.resource', 'incidents.record'])
    .where('holds.resource', 'in', [...new Set(resources)])
    .where('holds.state', '=', 'held')
    .where('incidents.resolved', '=', 0)
    .execute();
  const inForce = rows.filter(({ resource, record }) =>
    // A hold is there before the action is: also of what is never applied, unless the incident escalates.
    incidentOf({ record }).containment_actions.some(
      (action) => action.resource === resource && action.status === 'contained',
    ),
  );
  return new Set(inForce.map(({ resource }) => resource));
}
