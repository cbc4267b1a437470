import type { AdmittedAlert, AlertAdmission, DeliveryRecord } from '../../domain/alert-log.ts';
import { countAlerts } from './alert-counts.ts';
import { alertRow } from './alert-row.ts';
import { openCauses, type OpenCauses } from './causes.ts';
import type { Writing } from './group-commit.ts';
import { begin } from './incident-log.ts';
import type { AlertRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

interface Told {
  admitted: AdmittedAlert;
  /** False for what only counts: its bytes are not kept for it. */
  singly: boolean;
}

/**
 * A part of a delivery, in one transaction: nobody else can open an incident of the same cause meanwhile. The order
 * matters: what has come before must be recognised before anything else of it is written.
 */
export async function admitAlerts(
  writing: Writing,
  delivery: DeliveryRecord,
  alerts: readonly AlertAdmission[],
): Promise<AdmittedAlert[]> {
  const seen = await incidentsOf(writing, alerts);
  const causes = await openCauses(writing, alerts, delivery);
  const admitted: AdmittedAlert[] = [];
  const rows: AlertRow[] = [];
  for (const alert of alerts) {
    const { identity } = alert.mark;
    const before = seen.get(identity);
    const told = before === undefined ? await take(writing, causes, alert) : repeat(before);
    if (before === undefined) seen.set(identity, told.admitted.incident_id);
    if (told.singly) rows.push(alertRow(delivery, alert, told.admitted));
    admitted.push(told.admitted);
  }
  await causes.save();
  await remember(writing, alerts, admitted, delivery.received_ms);
  await list(writing, delivery, rows);
  await countAlerts(writing, delivery, alerts, admitted);
  return admitted;
}

/** Of those that have come before: the incident that each belongs to. */
async function incidentsOf(
  { db }: Db,
  alerts: readonly AlertAdmission[],
): Promise<Map<string, string>> {
  const identities = [...new Set(alerts.map(({ mark }) => mark.identity))];
  const known = db.selectFrom('alert_identities').select(['identity', 'incident_id']);
  const rows = await known.where('identity', 'in', identities).execute();
  return new Map(rows.map(({ identity, incident_id }) => [identity, incident_id]));
}

function repeat(incident_id: string): Told {
  return { admitted: { outcome: 'repeat', incident_id }, singly: false };
}

async function take(writing: Writing, causes: OpenCauses, alert: AlertAdmission): Promise<Told> {
  const { becomes, mark, occurred_ms } = alert;
  if ('set_aside' in becomes) {
    return { admitted: { outcome: becomes.set_aside, incident_id: '' }, singly: true };
  }
  const joined = causes.join(mark, occurred_ms, becomes);
  if (joined !== null) {
    const { incident_id, singly, widens } = joined;
    const brought = widens === undefined ? {} : { widens };
    return { admitted: { outcome: 'observation', incident_id, ...brought }, singly };
  }
  const incident = await begin(writing, becomes.opens());
  causes.opened(incident, mark, occurred_ms, becomes);
  return { admitted: { outcome: 'incident', incident_id: incident.id }, singly: true };
}

async function remember(
  { db }: Db,
  alerts: readonly AlertAdmission[],
  admitted: readonly AdmittedAlert[],
  seen_ms: number,
): Promise<void> {
  const rows = alerts.flatMap(({ mark: { identity } }, at) => {
    const { outcome, incident_id = '' } = admitted[at] ?? {};
    return outcome === 'repeat' ? [] : [{ identity, incident_id, seen_ms }];
  });
  if (rows.length > 0) await db.insertInto('alert_identities').values(rows).execute();
}

/** The bytes stay for whoever reads what they say of an alert that is told of singly. */
async function list({ db }: Db, delivery: DeliveryRecord, rows: AlertRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.insertInto('alerts').values(rows).execute();
  const { sha256, bytes, headers, received_ms } = delivery;
  await db
    .insertInto('deliveries')
    .values({ sha256, bytes, headers: JSON.stringify(headers), received_ms })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}
