import type { RecordedEvent } from '../../domain/events.ts';
import type { EvidenceRef } from '../../domain/evidence.ts';
import { epochMs } from '../../domain/instant.ts';
import { later } from '../../domain/retention.ts';
import type { Writing } from './group-commit.ts';

type Db = Pick<Writing, 'db'>;

interface Keep {
  ref: EvidenceRef;
  /** Null for ever. */
  until_ms: number | null;
  incident_id: string;
  seq: number;
}

/** Takes in that an incident names an object from that entry on. */
export async function keep({ db }: Db, { ref, until_ms, incident_id, seq }: Keep): Promise<void> {
  const { sha256 } = ref;
  const fresh = { state: 'kept', marked_ms: 0, removed_ms: 0, tombstone: '' } as const;
  await db
    .insertInto('kept_objects')
    .values({ ...ref, ...fresh, until_ms, reserved_ms: 0, turn: 0 })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
  // Whoever captures it again has put its bytes there again.
  const back = db.updateTable('kept_objects').set(fresh).where('sha256', '=', sha256);
  await back.where('state', '=', 'removed').execute();
  const by = db.selectFrom('kept_by').select('until_ms').where('sha256', '=', sha256);
  const own = await by.where('incident_id', '=', incident_id).executeTakeFirst();
  const until = own === undefined ? until_ms : later(own.until_ms, until_ms);
  await db
    .insertInto('kept_by')
    .values({ incident_id, sha256, seq, until_ms: until })
    .onConflict((conflict) =>
      conflict.columns(['incident_id', 'sha256']).doUpdateSet({ until_ms: until }),
    )
    .execute();
  await dateAnew({ db }, sha256);
}

/** The latest date of all that name it, and of what people have decided for them. */
async function dateAnew({ db }: Db, sha256: string): Promise<void> {
  const dates = await db
    .selectFrom('kept_by')
    .leftJoin('kept_incidents', 'kept_incidents.incident_id', 'kept_by.incident_id')
    .select(['kept_by.until_ms', 'kept_incidents.until_ms as extended_ms'])
    .where('kept_by.sha256', '=', sha256)
    .execute();
  const until_ms = dates
    .map((date) => later(date.until_ms, date.extended_ms ?? 0))
    .reduce(later, 0);
  const row = db.updateTable('kept_objects').set({ until_ms }).where('sha256', '=', sha256);
  // What is gone was kept until then, whatever was decided since.
  await row.where('state', '!=', 'removed').execute();
}

type Custody = Extract<RecordedEvent['event'], { type: 'custody' }>;

/** Takes in what a custody record changes; most of them change nothing here. */
export async function touch({ db }: Db, incidentId: string, event: Custody): Promise<void> {
  switch (event.touch) {
    case 'read':
    case 'export':
    case 'decryption':
      return;
    case 'extension':
      return extend({ db }, incidentId, epochMs(event.until));
    case 'hold':
    case 'hold_released':
      return setHeld({ db }, incidentId, event.touch === 'hold' ? 1 : 0);
    case 'marked':
    case 'unmarked':
    case 'removing':
    case 'removed':
      return expire({ db }, event);
  }
}

async function extend({ db }: Db, incident_id: string, until_ms: number): Promise<void> {
  const row = db.selectFrom('kept_incidents').select('until_ms');
  const before = await row.where('incident_id', '=', incident_id).executeTakeFirst();
  const extended = { until_ms: Math.max(before?.until_ms ?? 0, until_ms) };
  await db
    .insertInto('kept_incidents')
    .values({ incident_id, held: 0, ...extended })
    .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(extended))
    .execute();
  const named = db.selectFrom('kept_by').select('sha256').where('incident_id', '=', incident_id);
  for (const { sha256 } of await named.execute()) await dateAnew({ db }, sha256);
}

async function setHeld({ db }: Db, incident_id: string, held: 0 | 1): Promise<void> {
  await db
    .insertInto('kept_incidents')
    .values({ incident_id, held, until_ms: 0 })
    .onConflict((conflict) => conflict.column('incident_id').doUpdateSet({ held }))
    .execute();
}

/** An object of several incidents is told to each: the second telling changes nothing. */
async function expire({ db }: Db, { touch: done, what, trusted_at }: Custody): Promise<void> {
  const at = epochMs(trusted_at);
  for (const { sha256, tombstone } of what) {
    const row = db.updateTable('kept_objects').where('sha256', '=', sha256);
    if (done === 'marked') {
      const told = JSON.stringify(tombstone);
      await row.set({ state: 'marked', marked_ms: at, tombstone: told }).execute();
    } else if (done === 'unmarked') {
      await row.set({ state: 'kept', marked_ms: 0, tombstone: '' }).execute();
    } else if (done === 'removing') {
      await row.set({ state: 'removing' }).execute();
    } else {
      await row.set({ state: 'removed', removed_ms: at }).execute();
    }
  }
}
