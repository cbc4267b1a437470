import type { Backend } from './backend.ts';
import { causeOf, causeRow } from './cause.ts';
import type { Write, Writing } from './group-commit.ts';
import { append } from './incident-log.ts';
import { flushed, LONGEST_PENDING_MS } from './observe.ts';
import type { CauseRow } from './tables.ts';

/** Causes in one transaction: each costs an entry, and others have something to write too. */
const CAUSES_AT_ONCE = 20;

type Key = Pick<CauseRow, 'cause' | 'incident_id'>;

/** Sees to it that what is only counted has an entry soon, also where no further alert comes. */
export async function settleCauses(
  write: Write,
  reader: Backend['reader'],
  nowMs: number,
): Promise<void> {
  for (;;) {
    const due = await dueBefore(reader, nowMs - LONGEST_PENDING_MS);
    if (due.length === 0) return;
    await write(async (writing) => {
      for (const key of due) await settle(writing, key, nowMs);
    });
  }
}

async function dueBefore(reader: Backend['reader'], beforeMs: number): Promise<Key[]> {
  return reader
    .selectFrom('causes')
    .select(['cause', 'incident_id'])
    .where('pending_ms', '>', 0)
    .where('pending_ms', '<=', beforeMs)
    .orderBy('pending_ms')
    .limit(CAUSES_AT_ONCE)
    .execute();
}

/** The same for all causes of one incident, in the transaction of whoever is about to move them. */
export async function settleIncident(
  writing: Writing,
  incidentId: string,
  nowMs: number,
): Promise<void> {
  const rows = writing.db.selectFrom('causes').select(['cause', 'incident_id']);
  const keys = await rows.where('incident_id', '=', incidentId).execute();
  for (const key of keys) await settle(writing, key, nowMs);
}

/** Read again in its turn: another server may have settled it. */
async function settle(writing: Writing, { cause, incident_id }: Key, nowMs: number): Promise<void> {
  const rows = writing.db.selectFrom('causes').selectAll().where('cause', '=', cause);
  const row = await rows.where('incident_id', '=', incident_id).executeTakeFirst();
  if (row === undefined) return;
  const open = causeOf(row);
  const event = flushed(open, nowMs);
  if (event === null) return;
  await append(writing, incident_id, [event]);
  const { pending, pending_ms } = causeRow(open);
  await writing.db
    .updateTable('causes')
    .set({ pending, pending_ms })
    .where('cause', '=', cause)
    .where('incident_id', '=', incident_id)
    .execute();
}
