import type { CausedAlert, Linking } from '../../domain/alert-log.ts';
import { isGraver } from '../../domain/correlation.ts';
import { Fault } from '../../domain/fault.ts';
import type { RecordedEvent } from '../../domain/events.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { epochMs } from '../../domain/instant.ts';
import type { PlannedAction } from '../../domain/plan.ts';
import { severityRank } from '../../domain/severity.ts';
import { alertOf } from './alert-list.ts';
import { causeRow } from './cause.ts';
import type { Writing } from './group-commit.ts';
import { append, begin, firstOfKey } from './incident-log.ts';
import { readIncident } from './register-row.ts';
import { settleIncident } from './settle-causes.ts';

/** Both go on as they are, each with its own containment: only what is still to come is one incident's. */
export async function mergeIncidents(
  writing: Writing,
  incidentId: string,
  into: string,
  linking: Linking,
): Promise<Incident> {
  const one = await unresolved(writing, incidentId);
  const other = await unresolved(writing, into);
  if (one.id === other.id) refuse('same_incident', 'An incident is not merged into itself');
  if (isGraver(one, other)) {
    refuse('lesser_incident', `${one.id} is latched or critical, and ${other.id} is not`);
  }
  await settleIncident(writing, one.id, epochMs(linking.at));
  await moveCauses(writing, one.id, other.id);
  await append(writing, other.id, [
    linked(linking, { type: 'merged', other: one.id, way: 'from' }),
  ]);
  return append(writing, one.id, [
    linked(linking, { type: 'merged', other: other.id, way: 'into' }),
  ]);
}

/** Where both handle a cause, the other one goes on with it. */
async function moveCauses({ db }: Writing, from: string, to: string): Promise<void> {
  const own = db.selectFrom('causes').select('cause').where('incident_id', '=', to);
  const both = (await own.execute()).map(({ cause }) => cause);
  const doomed = db.deleteFrom('causes').where('incident_id', '=', from);
  if (both.length > 0) await doomed.where('cause', 'in', both).execute();
  const moving = db.updateTable('causes').set({ incident_id: to });
  await moving.where('incident_id', '=', from).execute();
}

/** The alert stays told in its first incident, which it may have changed; what is alike from now on is the new one's. */
export async function splitIncident(
  writing: Writing,
  { incidentId, identity }: { incidentId: string; identity: string },
  alert: CausedAlert,
  linking: Linking,
): Promise<Incident> {
  const from = await known(writing, incidentId);
  const row = await alertOf(writing.db, incidentId, identity);
  if (row === undefined) return refuse('alert_not_found', `${incidentId} has no such alert`);
  const opens = alert.opens();
  const first = await firstOfKey(writing, opens, opens.input.id);
  if (first !== null) return first;
  await settleIncident(writing, from.id, epochMs(linking.at));
  // What was held for a subject that a resolved incident never took in is the new one's to hold.
  if (from.resolved_at !== '') await letGo(writing, from.id, opens.holds);
  const incident = await begin(writing, opens);
  const cause = causeRow({
    ...{ cause: alert.cause.narrow, incident_id: incident.id },
    ...{ first_ms: row.occurred_ms, last_ms: row.occurred_ms, told: 0 },
    severity_rank: severityRank(incident.severity),
    ...{ subjects: [incident.subject], digest: row.identity, pending: null },
  });
  const { db } = writing;
  const former = db.deleteFrom('causes').where('incident_id', '=', from.id);
  await former.where('cause', '=', alert.cause.narrow).execute();
  await db.insertInto('causes').values(cause).execute();
  await append(writing, from.id, [
    linked(linking, { type: 'split', other: incident.id, way: 'off' }),
  ]);
  return append(writing, incident.id, [
    linked(linking, { type: 'split', other: from.id, way: 'from' }),
  ]);
}

type Link =
  | { type: 'merged'; other: string; way: 'into' | 'from' }
  | { type: 'split'; other: string; way: 'off' | 'from' };

function linked({ key, at, by, reason }: Linking, link: Link): RecordedEvent {
  return { key, at, actor: by, event: { ...link, by, reason } };
}

async function letGo(
  { db }: Writing,
  id: string,
  actions: readonly PlannedAction[],
): Promise<void> {
  const resources = actions.map(({ resource }) => resource);
  if (resources.length === 0) return;
  const held = db.deleteFrom('holds').where('incident_id', '=', id);
  await held.where('resource', 'in', resources).execute();
}

async function unresolved(writing: Writing, id: string): Promise<Incident> {
  const incident = await known(writing, id);
  if (incident.resolved_at !== '') refuse('already_resolved', `${id} is resolved`);
  return incident;
}

async function known({ db }: Writing, id: string): Promise<Incident> {
  const incident = await readIncident(db, id);
  return incident ?? refuse('incident_not_found', `There is no incident ${id}`);
}

function refuse(code: string, message: string): never {
  throw new Fault(code, message, { retryable: false });
}
