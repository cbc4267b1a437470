import type { RecordedEvent } from '../../domain/events.ts';
import type { Admission } from '../../domain/admission.ts';
import type { Writing } from './group-commit.ts';
import type { ChallengeRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

/** A challenge, by the incident that asked it. */
type Question = Pick<ChallengeRow, 'nonce' | 'incident_id'>;

/** What we asked of the host, last, and that this report may be the echo of; undefined where it is none. */
export async function questionBehind(
  { db }: Db,
  echo: Admission['echo'],
): Promise<Question | undefined> {
  if (echo === null) return undefined;
  return db
    .selectFrom('challenges')
    .innerJoin('incidents', 'incidents.id', 'challenges.incident_id')
    .select(['challenges.nonce', 'challenges.incident_id'])
    .where('challenges.host', '=', echo.host)
    .where('challenges.echo_until_ms', '>=', echo.at_ms)
    .where('incidents.resolved', '=', 0)
    .orderBy('challenges.issued_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** One question has one echo: what the attestor reports after it, it reports of its own accord. */
export async function spendEcho({ db }: Db, nonce: string): Promise<void> {
  await db.updateTable('challenges').set({ echo_until_ms: 0 }).where('nonce', '=', nonce).execute();
}

/** The report as an event of the incident that asked for it. */
export function echoed({ input, reported }: Admission): RecordedEvent {
  const { at, actor, event } = reported;
  if (event.type !== 'reported') throw new TypeError('Only a report can be an echo');
  const { class: ofClass, source, reported_by, description, evidence, occurred_at } = event;
  const what = { class: ofClass, source, reported_by, description, evidence, occurred_at };
  return { key: `echo/${input.id}`, at, actor, event: { type: 'echoed', ...what } };
}
