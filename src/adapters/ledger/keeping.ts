import { type Toucher, touched } from '../../domain/custody.ts';
import { Fault } from '../../domain/fault.ts';
import type { Keeping, KeptObject } from '../../domain/keeping.ts';
import type { Writing } from './group-commit.ts';
import { keptObject, keptObjects } from './kept-rows.ts';
import type { Decide } from './projected.ts';
import { recordTouch } from './touch-objects.ts';
import { instantOf } from '../../domain/instant.ts';

/** What people see and decide of what is kept. */
export function createKeeping(decide: Decide): Keeping {
  return {
    of: (incidentId) => decide((writing) => ofIncident(writing, incidentId)),
    object: (sha256) =>
      decide(async ({ db }) => {
        const row = await keptObjects(db).where('sha256', '=', sha256).executeTakeFirst();
        return row ? keptObject(row) : null;
      }),
    isHeld: (incidentId) => decide((writing) => isHeld(writing, incidentId)),
    reserve: (sha256s, untilMs) => decide((writing) => reserve(writing, sha256s, untilMs)),
    extend: (incidentId, untilMs, toucher) =>
      decide((writing) => extend(writing, incidentId, untilMs, toucher)),
    hold: (incidentId, toucher) => decide((writing) => setHold(writing, incidentId, true, toucher)),
    releaseHold: (incidentId, toucher) =>
      decide((writing) => setHold(writing, incidentId, false, toucher)),
  };
}

async function ofIncident({ db }: Pick<Writing, 'db'>, incidentId: string): Promise<KeptObject[]> {
  const rows = await keptObjects(db)
    .innerJoin('kept_by', 'kept_by.sha256', 'kept_objects.sha256')
    .where('kept_by.incident_id', '=', incidentId)
    .orderBy('kept_by.seq')
    .orderBy('kept_objects.sha256')
    .execute();
  return rows.map(keptObject);
}

async function isHeld({ db }: Pick<Writing, 'db'>, incidentId: string): Promise<boolean> {
  const row = db.selectFrom('kept_incidents').select('held').where('incident_id', '=', incidentId);
  return (await row.executeTakeFirst())?.held === 1;
}

async function reserve(
  { db }: Pick<Writing, 'db'>,
  sha256s: readonly string[],
  reserved_ms: number,
): Promise<void> {
  for (const sha256 of sha256s) {
    const own = db.selectFrom('kept_objects').select('state').where('sha256', '=', sha256);
    if ((await own.executeTakeFirst())?.state === 'removing') {
      const message = `evidence ${sha256} is about to be removed: put it there again after that`;
      throw new Fault('evidence_leaving', message, { retryable: true });
    }
    const row = db.updateTable('kept_objects').set({ reserved_ms }).where('sha256', '=', sha256);
    await row.where('reserved_ms', '<', reserved_ms).execute();
  }
}

async function extend(
  writing: Writing,
  incidentId: string,
  untilMs: number,
  toucher: Toucher,
): Promise<void> {
  if (await isRecorded(writing, incidentId, toucher)) return;
  const objects = await ofIncident(writing, incidentId);
  const extended = objects.filter((object) => {
    return object.state !== 'removed' && object.until_ms !== null && object.until_ms < untilMs;
  });
  if (extended.length === 0) {
    const message = 'Nothing of the incident would be kept longer, and no time can be cut short';
    throw new Fault('retention_only_extends', message, { retryable: false });
  }
  const until = instantOf(untilMs);
  const record = { ...touched('extension', toucher, extended), until };
  await recordTouch(writing, incidentId, toucher, record);
}

async function setHold(
  writing: Writing,
  incidentId: string,
  held: boolean,
  toucher: Toucher,
): Promise<void> {
  if (await isRecorded(writing, incidentId, toucher)) return;
  if ((await isHeld(writing, incidentId)) === held) return;
  const there = (await ofIncident(writing, incidentId)).filter(({ state }) => state !== 'removed');
  const record = touched(held ? 'hold' : 'hold_released', toucher, there);
  await recordTouch(writing, incidentId, toucher, record);
}

/** A repeat of what was done before; what has happened since is not undone by it. */
async function isRecorded(
  { db }: Pick<Writing, 'db'>,
  incidentId: string,
  { key }: Toucher,
): Promise<boolean> {
  const same = db.selectFrom('entries').select('seq').where('incident_id', '=', incidentId);
  return (await same.where('key', '=', key).executeTakeFirst()) !== undefined;
}
