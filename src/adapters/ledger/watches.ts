import type { RecordedEvent } from '../../domain/events.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { epochMs } from '../../domain/instant.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import type { Writing } from './group-commit.ts';

type Db = Pick<Writing, 'db'>;

/** Follows what the workflows tell: from when and until when an incident is watched. */
export async function keepWatches(
  { db }: Db,
  { id, class: incidentClass, subject }: Incident,
  { event }: RecordedEvent,
): Promise<void> {
  if (event.type === 'watch_over') {
    await db.deleteFrom('watches').where('incident_id', '=', id).execute();
  }
  if (event.type !== 'watch_began') return;
  const row = { class: incidentClass, subject: canonicalJson(subject) };
  await db
    .insertInto('watches')
    .values({ incident_id: id, ...row, until_ms: epochMs(event.until) })
    .onConflict((conflict) => conflict.column('incident_id').doNothing())
    .execute();
}

/** The incident that is watched for the same class and subject, the last that was begun with; '' where none is. */
export async function watchedFor(
  { db }: Db,
  { class: incidentClass, subject, created_at }: Incident,
): Promise<string> {
  const row = await db
    .selectFrom('watches')
    .select('incident_id')
    .where('class', '=', incidentClass)
    .where('subject', '=', canonicalJson(subject))
    .where('until_ms', '>', epochMs(created_at))
    .orderBy('until_ms', 'desc')
    .orderBy('incident_id', 'desc')
    .executeTakeFirst();
  return row?.incident_id ?? '';
}

/** Of one incident to the other. The key is by the other, so that a repeat is none. */
export function reopening(at: string, other: string, way: 'as' | 'from'): RecordedEvent {
  return {
    ...{ key: `reopened/${other}`, at, actor: 'cordon' },
    event: { type: 'reopened', other, way },
  };
}
