import type { Head, IncidentFilter, Register } from '../../domain/ledger.ts';
import type { Stats } from '../../domain/stats.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Backend } from './backend.ts';
import { readHead } from './chain-end.ts';
import { entryOf } from './entry-row.ts';
import type { Write } from './group-commit.ts';
import { afterCursor, cursorAfter } from './list-cursor.ts';
import { createOutcomes } from './outcomes.ts';
import { incidentOf, readIncident } from './register-row.ts';

type Db = Backend['reader'];

/** What lists, figures and exports read. */
export function createRegister(db: Db, write: Write): Register {
  const outcomes = createOutcomes(db);
  return {
    incident: (id) => readIncident(db, id),
    incidents: (filter) => incidents(db, filter),
    pendingRecoveries: () => pendingRecoveries(db),
    unresolvedSince: async (instant, limit) => {
      const unresolved = db.selectFrom('incidents').select('record').where('resolved', '=', 0);
      const since = unresolved.where('created_at', '>', instant).orderBy('created_at', 'desc');
      return (await since.limit(limit).execute()).map(incidentOf);
    },
    timeline: async (incidentId) => {
      const rows = await db
        .selectFrom('entries')
        .selectAll()
        .where('incident_id', '=', incidentId)
        .orderBy('seq')
        .execute();
      return rows.map(entryOf);
    },
    entriesAfter: async (seq, limit) => {
      const entries = db.selectFrom('entries').selectAll().where('seq', '>', seq);
      const rows = await entries.orderBy('seq').limit(limit).execute();
      return rows.map(entryOf);
    },
    latestNote: async (type) => {
      const notes = db.selectFrom('entries').selectAll().where('incident_id', '=', '');
      const ofType = notes.where('type', '=', type).orderBy('seq', 'desc').limit(1);
      const row = await ofType.executeTakeFirst();
      return row ? entryOf(row) : null;
    },
    stats: async () => ({ ...(await counts(db)), ...(await outcomes()) }),
    head: (): Promise<Head | null> => readHead(db),
    // A write, and not a read: a full disk and a lost lock show in nothing else.
    probe: () =>
      write(async (writing) => {
        const probes = writing.db.updateTable('turn').where('id', '=', 1);
        await probes.set(({ eb }) => ({ probes: eb('probes', '+', 1) })).execute();
      }),
  };
}

async function incidents(
  db: Db,
  { class: ofClass, state, severity, limit, cursor }: IncidentFilter,
): Promise<{ incidents: Incident[]; next: string }> {
  let query = db.selectFrom('incidents').select(['severity_rank', 'created_at', 'id', 'record']);
  if (ofClass !== undefined) query = query.where('class', '=', ofClass);
  if (state !== undefined) query = query.where('state', '=', state);
  if (severity !== undefined) query = query.where('severity', '=', severity);
  if (cursor !== undefined) query = query.where(afterCursor(cursor));
  // One more than asked for tells whether there is a next page.
  const rows = await query
    .orderBy('severity_rank', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = last && rows.length > limit ? cursorAfter(last) : '';
  return { incidents: page.map(incidentOf), next };
}

async function pendingRecoveries(db: Db): Promise<Incident[]> {
  const rows = await db
    .selectFrom('incidents')
    .select('record')
    .where('recovery_pending', '=', 1)
    .orderBy('severity_rank', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(incidentOf);
}

async function counts(db: Db): Promise<Omit<Stats, 'clocks' | 'false_positives'>> {
  const groups = await db
    .selectFrom('incidents')
    .select(['class', 'severity', 'resolved', 'auto_contain'])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .groupBy(['class', 'severity', 'resolved', 'auto_contain'])
    .execute();
  const open = groups.filter(({ resolved }) => resolved === 0);
  const contained = groups.filter(({ auto_contain }) => auto_contain === 1);
  const total = sum(groups);
  return {
    total_incidents: total,
    open_incidents: sum(open),
    contained_count: sum(contained),
    resolved_count: total - sum(open),
    by_class: sumBy(groups, (group) => group.class),
    open_by_severity: sumBy(open, (group) => group.severity),
  };
}

function sum(groups: readonly { count: number }[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

function sumBy<G extends { count: number }>(
  groups: readonly G[],
  name: (group: G) => string,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const group of groups) sums[name(group)] = (sums[name(group)] ?? 0) + group.count;
  return sums;
}
