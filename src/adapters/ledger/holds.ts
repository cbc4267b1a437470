import type { HoldKey, Holds } from '../../domain/ledger.ts';
import type { PlannedAction } from '../../domain/plan.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';
import type { HoldRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

/** Decisions are taken while nobody else writes, so that of two holders that let go at once one is the last. */
export function createHolds(write: Write, reader: Backend['reader']): Holds {
  return {
    add: (incidentId, actions) => write((writing) => addHolds(writing, incidentId, actions, 0)),
    mayApply: async ({ incident_id, resource }, nowMs) => {
      const rows = await reader
        .selectFrom('holds')
        .selectAll()
        .where('resource', '=', resource)
        .where((or) =>
          or.or([or('incident_id', '=', incident_id), or('releasing_until_ms', '>', nowMs)]),
        )
        .execute();
      const held = rows.some((row) => row.incident_id === incident_id && row.state === 'held');
      return held && !rows.some((row) => isReleasing(row, nowMs));
    },
    reflexDone: (key) => write((writing) => endReflex(writing, key)),
    beginRelease: (key, nowMs, untilMs) =>
      write((writing) => beginRelease(writing, key, nowMs, untilMs)),
    endRelease: (key) => write((writing) => forget(writing, key)),
    inForce: () =>
      reader
        .selectFrom('holds')
        .select(({ fn }) => ['resource', fn.min('incident_id').as('incident_id')])
        .where('state', '=', 'held')
        .groupBy('resource')
        .orderBy('resource')
        .execute(),
  };
}

/** Idempotent: a hold that is there stays as it is. */
export async function addHolds(
  { db }: Db,
  incidentId: string,
  actions: readonly PlannedAction[],
  reflexUntilMs: number,
): Promise<void> {
  if (actions.length === 0) return;
  const rows = actions.map(({ resource, freeze }): HoldRow => ({
    incident_id: incidentId,
    resource,
    state: 'held',
    reflex_until_ms: freeze ? reflexUntilMs : 0,
    releasing_until_ms: 0,
  }));
  await db
    .insertInto('holds')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['incident_id', 'resource']).doNothing())
    .execute();
}

async function beginRelease(
  { db }: Db,
  key: HoldKey,
  nowMs: number,
  untilMs: number,
): Promise<'go' | 'kept' | 'wait'> {
  const rows = await db
    .selectFrom('holds')
    .selectAll()
    .where('resource', '=', key.resource)
    .execute();
  const own = rows.find((row) => row.incident_id === key.incident_id);
  const others = rows.filter((row) => row !== own);

  // Before all else: a reflex that lands after its hold is gone would freeze what nobody thaws.
  if (own && own.reflex_until_ms > nowMs) return 'wait';
  if (others.some((row) => isReleasing(row, nowMs))) return 'wait';
  if (others.some((row) => row.state === 'held')) {
    await forget({ db }, key);
    return 'kept';
  }
  await markReleasing({ db }, key, untilMs);
  return 'go';
}

/** Also where the hold is gone: a repeated release keeps others away from the resource like the first. */
async function markReleasing({ db }: Db, key: HoldKey, untilMs: number): Promise<void> {
  const releasing = { state: 'releasing', releasing_until_ms: untilMs } as const;
  await db
    .insertInto('holds')
    .values({ ...key, ...releasing, reflex_until_ms: 0 })
    .onConflict((conflict) => conflict.columns(['incident_id', 'resource']).doUpdateSet(releasing))
    .execute();
}

async function endReflex({ db }: Db, { incident_id, resource }: HoldKey): Promise<void> {
  await db
    .updateTable('holds')
    .set({ reflex_until_ms: 0 })
    .where('incident_id', '=', incident_id)
    .where('resource', '=', resource)
    .execute();
}

async function forget({ db }: Db, { incident_id, resource }: HoldKey): Promise<void> {
  await db
    .deleteFrom('holds')
    .where('incident_id', '=', incident_id)
    .where('resource', '=', resource)
    .execute();
}

/** An undoing whose time ran out was interrupted: it is no longer on its way, and its incident holds no more. */
function isReleasing(row: HoldRow, nowMs: number): boolean {
  return row.state === 'releasing' && row.releasing_until_ms > nowMs;
}
