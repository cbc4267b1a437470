import type { RecordedEvent } from '../../domain/events.ts';
import { Fault } from '../../domain/fault.ts';
import { apply, open } from '../../domain/incident.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Admission } from '../../domain/admission.ts';
import type { IncidentLog } from '../../domain/ledger.ts';
import { severityRank } from '../../domain/severity.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import { echoed, questionBehind, spendEcho } from './echo.ts';
import { draftOf } from './entry-row.ts';
import type { Write, Writing } from './group-commit.ts';
import { addHolds } from './holds.ts';
import { incidentOf, readIncident, registerRow } from './register-row.ts';
import { keepWatches, reopening, watchedFor } from './watches.ts';

/** What happens becomes a chained entry and, in the same transaction, the register's row. */
export function createIncidentLog(write: Write): IncidentLog {
  return {
    admit: (admission) => write((writing) => admit(writing, admission)),
    append: (incidentId, events) => write((writing) => append(writing, incidentId, events)),
    note: (draft) =>
      write(async ({ chain }) => {
        await chain.append({ incident_id: '', ...draft });
      }),
  };
}

/** The order matters: a repeat must be recognised before anything else of it is written. */
async function admit(
  writing: Writing,
  admission: Admission,
): Promise<{ incident: Incident; repeated: boolean }> {
  const question = await questionBehind(writing, admission.echo);
  const first = await firstOfKey(writing, admission, question?.incident_id ?? admission.input.id);
  if (first) return { incident: first, repeated: true };
  if (!question) return { incident: await begin(writing, admission), repeated: false };

  await spendEcho(writing, question.nonce);
  const incident = await append(writing, question.incident_id, [echoed(admission)]);
  return { incident, repeated: true };
}

/** Claims the key for the incident that the report belongs to; the first incident where it was claimed before. */
export async function firstOfKey(
  { db }: Pick<Writing, 'db'>,
  { idempotency_key, reporter }: Admission,
  incident_id: string,
): Promise<Incident | null> {
  if (idempotency_key === '') return null;
  const key_digest = sha256Hex(idempotency_key);
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('idempotency')
    .values({ reporter, key_digest, incident_id })
    .onConflict((conflict) => conflict.columns(['reporter', 'key_digest']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return null;
  const { record } = await db
    .selectFrom('idempotency')
    .innerJoin('incidents', 'incidents.id', 'idempotency.incident_id')
    .select('incidents.record')
    .where('reporter', '=', reporter)
    .where('key_digest', '=', key_digest)
    .executeTakeFirstOrThrow();
  return incidentOf({ record });
}

/** Opens the incident: its first entry, its register row, its holds and its place in the outbox. */
export async function begin({ db, chain }: Writing, admission: Admission): Promise<Incident> {
  const incident = opened(admission);
  const entry = await chain.append(draftOf(incident.id, admission.reported));
  if (!entry) throw new Fault('incident_exists', `${incident.id} exists`, { retryable: false });
  await db.insertInto('incidents').values(registerRow(incident)).execute();
  await addHolds({ db }, incident.id, admission.holds, admission.reflex_until_ms);
  await enqueue({ db }, admission, entry.seq);
  return linked({ db, chain }, incident);
}

/** A record is rewritten with each link: what comes back again and again is linked only so often. */
const MOST_LINKED = 100;

/** Where the same is watched for, each of the two incidents says that it is the other's. */
async function linked(writing: Writing, incident: Incident): Promise<Incident> {
  const { id, created_at } = incident;
  const watched = await watchedFor(writing, incident);
  const before = watched === '' ? null : await readIncident(writing.db, watched);
  if (before === null || before.related.length >= MOST_LINKED) return incident;
  await append(writing, before.id, [reopening(created_at, id, 'as')]);
  return append(writing, id, [reopening(created_at, before.id, 'from')]);
}

function opened({ reported: { event, ...place } }: Admission): Incident {
  if (event.type !== 'reported') throw new TypeError('An incident begins with a report');
  return open({ ...place, event });
}

async function enqueue(
  { db }: Pick<Writing, 'db'>,
  { input, reported, lease }: Admission,
  seq: number,
): Promise<void> {
  await db
    .insertInto('outbox')
    .values({
      incident_id: input.id,
      severity: input.plan.severity,
      severity_rank: severityRank(input.plan.severity),
      seq,
      since_ms: Date.parse(reported.at),
      owner: lease.owner,
      lease_until_ms: lease.until_ms,
      input: JSON.stringify(input),
    })
    .execute();
}

/** Also for whoever has something else to write in the same transaction. */
export async function append(
  { db, chain }: Writing,
  incidentId: string,
  events: readonly RecordedEvent[],
): Promise<Incident> {
  const known = await readIncident(db, incidentId);
  if (!known) throw new Fault('not_found', `No incident ${incidentId}`, { retryable: false });
  let incident = known;
  for (const event of events) {
    const entry = await chain.append(draftOf(incidentId, event));
    if (!entry) continue;
    incident = apply(incident, event);
    await keepWatches({ db }, incident, event);
  }
  if (incident !== known) await updateRegister({ db }, incident);
  return incident;
}

async function updateRegister({ db }: Pick<Writing, 'db'>, incident: Incident): Promise<void> {
  const { id, ...changed } = registerRow(incident);
  await db.updateTable('incidents').set(changed).where('id', '=', id).execute();
}
