import type { SafeModes } from '../../domain/ledger.ts';
import type { SafeMode } from '../../domain/safe-mode.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';

/** On and off are decided while nobody else writes: an incident that comes as a person leaves it keeps it on. */
export function createSafeModes(write: Write, reader: Backend['reader']): SafeModes {
  return {
    enter: (entering) => write((writing) => enter(writing, entering)),
    standing: () => standing(reader),
    leave: (by, at) => write((writing) => leave(writing, by, at)),
  };
}

async function enter(
  { db, chain }: Writing,
  { resource, incident_id, at }: Parameters<SafeModes['enter']>[0],
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('safe_mode')
    .values({ resource, incident_id, entered_at: at })
    .onConflict((conflict) => conflict.column('resource').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return;
  await chain.append({
    ...{ incident_id: '', key: `safe_mode_entered/${incident_id}/${at}`, at, actor: 'cordon' },
    ...{ type: 'safe_mode_entered', body: { incident_id, resource } },
  });
}

async function standing(db: Backend['reader']): Promise<SafeMode> {
  const rows = await db.selectFrom('safe_mode').selectAll().orderBy('entered_at').execute();
  const [first] = rows;
  if (first === undefined) return { on: false, since: '', holders: [] };
  const resources = rows.map(({ resource }) => resource);
  const held = db.selectFrom('holds').select('incident_id').distinct();
  const holders = await held
    .where('resource', 'in', resources)
    .where('state', '=', 'held')
    .orderBy('incident_id')
    .execute();
  return {
    ...{ on: true, since: first.entered_at },
    holders: holders.map(({ incident_id }) => incident_id),
  };
}

async function leave({ db, chain }: Writing, by: string, at: string): Promise<SafeMode> {
  const now = await standing(db);
  if (!now.on || now.holders.length > 0) return now;
  await db.deleteFrom('safe_mode').execute();
  await chain.append({
    ...{ incident_id: '', key: `safe_mode_left/${now.since}/${at}`, at, actor: by },
    ...{ type: 'safe_mode_left', body: { since: now.since } },
  });
  return { on: false, since: '', holders: [] };
}
