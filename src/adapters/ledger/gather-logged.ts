import type { AlertMark } from '../../domain/alert.ts';
import type { CausedAlert } from '../../domain/alert-log.ts';
import { reportText } from './alert-row.ts';
import type { OpenCauses } from './causes.ts';
import type { Writing } from './group-commit.ts';
import type { OpenTriage } from './open-triage.ts';
import type { AlertRow } from './tables.ts';

/**
 * What was only logged, and is many together with what has come now, joins the incident of that as if it had come after
 * it. One that is not listed any more cannot be told of, and stays logged.
 */
export async function gatherLogged(
  writing: Writing,
  causes: OpenCauses,
  triage: OpenTriage,
  logged: ReadonlyMap<string, CausedAlert>,
): Promise<void> {
  for (const row of await listed(writing, [...logged.keys()])) {
    const together = logged.get(row.identity);
    const mark = markOf(row);
    if (together === undefined || mark === null) continue;
    const said = { description: row.title, evidence: {} };
    const alert: CausedAlert = { ...together, says: () => said };
    const { source, reported_by } = row;
    const joined = causes.join(mark, row.occurred_ms, alert, { source, reported_by });
    if (joined === null) continue;
    triage.belongs(row.identity, joined.incident_id);
    await relist(writing, row.identity, joined.incident_id, alert);
  }
}

/** In the order of their time. */
async function listed({ db }: Writing, identities: readonly string[]): Promise<AlertRow[]> {
  if (identities.length === 0) return [];
  const rows = db.selectFrom('alerts').selectAll().where('identity', 'in', identities);
  const logged = rows.where('outcome', '=', 'logged');
  return logged.orderBy('occurred_ms').orderBy('identity').execute();
}

function markOf({ format, rule, title, identity, delivery, place }: AlertRow): AlertMark | null {
  return format === '' ? null : { format, rule, title, identity, delivery, index: place };
}

async function relist(
  { db }: Writing,
  identity: string,
  incident_id: string,
  alert: CausedAlert,
): Promise<void> {
  await db
    .updateTable('alerts')
    .set({ outcome: 'observation', incident_id, report: reportText(alert) })
    .where('identity', '=', identity)
    .execute();
  await db
    .updateTable('alert_identities')
    .set({ incident_id })
    .where('identity', '=', identity)
    .execute();
}
