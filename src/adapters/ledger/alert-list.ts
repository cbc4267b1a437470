import { type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type {
  AlertFilter,
  DeliveryRecord,
  KeptReport,
  ListedAlert,
} from '../../domain/alert-log.ts';
import { keptReport, listedAlert } from './alert-row.ts';
import type { Backend } from './backend.ts';
import { cursorOf, placeIn } from './list-cursor.ts';
import type { AlertRow } from './tables.ts';

type Db = Backend['reader'];

const COLUMNS = [
  ...([
    'identity',
    'source',
    'reported_by',
    'format',
    'title',
    'rule',
    'outcome',
    'reason',
  ] as const),
  ...(['incident_id', 'delivery', 'place', 'occurred_ms', 'received_ms'] as const),
];

/** A place in the list: when it came, identity. */
const placeSchema = z.tuple([z.int(), z.string()]);

export async function listAlerts(
  db: Db,
  { source, outcome, incident_id, limit, cursor }: AlertFilter,
): Promise<{ alerts: ListedAlert[]; next: string }> {
  let query = db.selectFrom('alerts').select(COLUMNS);
  if (source !== undefined) query = query.where('source', '=', source);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (incident_id !== undefined) query = query.where('incident_id', '=', incident_id);
  if (cursor !== undefined) query = query.where(after(cursor));
  // One more than asked for tells whether there is a next page.
  const newest = query
    .orderBy('received_ms', 'desc')
    .orderBy('identity', 'desc')
    .limit(limit + 1);
  const rows = await newest.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = last && rows.length > limit ? cursorOf([last.received_ms, last.identity]) : '';
  return { alerts: page.map(listedAlert), next };
}

function after(cursor: string) {
  const [received, identity] = placeIn(placeSchema, cursor);
  return sql<SqlBool>`(received_ms, identity) < (${received}, ${identity})`;
}

export async function readDelivery(
  db: Db,
  sha256: string,
): Promise<Pick<DeliveryRecord, 'bytes' | 'headers'> | null> {
  const rows = db.selectFrom('deliveries').select(['bytes', 'headers']);
  const row = await rows.where('sha256', '=', sha256).executeTakeFirst();
  if (row === undefined) return null;
  const headers: DeliveryRecord['headers'] = JSON.parse(row.headers);
  return { bytes: row.bytes, headers };
}

export async function readKeptReport(
  db: Db,
  incidentId: string,
  identity: string,
): Promise<KeptReport | null> {
  const row = await alertOf(db, incidentId, identity);
  return row === undefined ? null : keptReport(row);
}

/** By the whole identity, or a beginning of it that only one alert of the incident has. */
export async function alertOf(
  db: Pick<Db, 'selectFrom'>,
  incidentId: string,
  identity: string,
): Promise<AlertRow | undefined> {
  const rows = db.selectFrom('alerts').selectAll().where('incident_id', '=', incidentId);
  const alike = await rows
    .where('identity', '>=', identity)
    .where('identity', '<', `${identity}g`)
    .limit(2)
    .execute();
  return alike.length === 1 ? alike[0] : undefined;
}
