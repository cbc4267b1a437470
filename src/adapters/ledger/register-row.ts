import type { Kysely } from 'kysely';
import { recoveryComplete } from '../../domain/ceremony.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { severityRank } from '../../domain/severity.ts';
import type { Flag, IncidentRow, Tables } from './tables.ts';

/** The incident as the register keeps it: the record, and what lists and figures ask of it. */
export function registerRow(incident: Incident): IncidentRow {
  const resolved = incident.resolved_at !== '';
  return {
    id: incident.id,
    class: incident.class,
    severity: incident.severity,
    severity_rank: severityRank(incident.severity),
    state: incident.state,
    auto_contain: flag(incident.auto_contain),
    resolved: flag(resolved),
    recovery_pending: flag(!resolved && !recoveryComplete(incident)),
    created_at: incident.created_at,
    record: JSON.stringify(incident),
  };
}

/** Not parsed by schema: it was projected by us from events that were. */
export function incidentOf({ record }: Pick<IncidentRow, 'record'>): Incident {
  const incident: Incident = JSON.parse(record);
  return incident;
}

/** The incident as it is in the register now; null where there is none. */
export async function readIncident(db: Kysely<Tables>, id: string): Promise<Incident | null> {
  const row = await db
    .selectFrom('incidents')
    .select('record')
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? incidentOf(row) : null;
}

function flag(value: boolean): Flag {
  return value ? 1 : 0;
}
