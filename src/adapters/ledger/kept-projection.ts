import type { RecordedEvent } from '../../domain/events.ts';
import type { EvidenceRef } from '../../domain/evidence.ts';
import { dueOf } from '../../domain/retention.ts';
import { refsOf } from '../../evidence/named-evidence.ts';
import { entryOf, recordedOf } from './entry-row.ts';
import { readHead } from './chain-end.ts';
import type { Writing } from './group-commit.ts';
import { keep, touch } from './kept-changes.ts';
import type { EntryRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

/** Where the projection has come to is kept with the followers of the ledger, whose names are those of webhooks. */
const NAME = 'kept objects';

/** Entries that are passed at once: a transaction keeps every other writer waiting. */
const WINDOW = 2_000;

/** Those that say anything about evidence. */
const TYPES: readonly RecordedEvent['event']['type'][] = [
  'captured',
  'timestamped',
  'attestation',
  'sealed',
  'task_done',
  'reviewed',
  'custody',
];

/** Takes in the next entries of the ledger; true where there are more. In one transaction, so each counts once. */
export async function projectNext({ db }: Db): Promise<boolean> {
  const head = (await readHead(db))?.seq ?? 0;
  const from = await reached({ db });
  const to = Math.min(head, from + WINDOW);
  if (to === from) return false;
  const entries = db.selectFrom('entries').selectAll().where('seq', '>', from);
  const telling = entries.where('seq', '<=', to).where('type', 'in', TYPES);
  for (const row of await telling.orderBy('seq').execute()) await project({ db }, row);
  await db.updateTable('followers').set({ seq: to }).where('name', '=', NAME).execute();
  return to < head;
}

async function reached({ db }: Db): Promise<number> {
  const row = await db
    .selectFrom('followers')
    .select('seq')
    .where('name', '=', NAME)
    .executeTakeFirst();
  if (row) return row.seq;
  await db.insertInto('followers').values({ name: NAME, owner: '', until_ms: 0, seq: 0 }).execute();
  return 0;
}

async function project({ db }: Db, row: EntryRow): Promise<void> {
  const recorded = row.incident_id === '' ? undefined : recordedOf(entryOf(row));
  if (!recorded) return;
  for (const { ref, until_ms } of keptBy(recorded)) {
    await keep({ db }, { ref, until_ms, incident_id: row.incident_id, seq: row.seq });
  }
  if (recorded.event.type === 'custody') await touch({ db }, row.incident_id, recorded.event);
}

interface Dated {
  ref: EvidenceRef;
  until_ms: number | null;
}

/** What carries no date is kept for ever: manifests, their time stamps, bundles, quotes, reviews, and what no manifest lists. */
function keptBy(recorded: RecordedEvent): Dated[] {
  const { event } = recorded;
  if (event.type !== 'captured') return refsOf(event).map((ref) => ({ ref, until_ms: null }));
  const artifacts = event.artifacts.map(({ collector, sha256, size, media_type }): Dated => {
    const ref = { sha256, size, media_type };
    return { ref, until_ms: dueOf(event.retention, collector) };
  });
  const manifest = event.receipt?.manifest;
  return manifest ? [...artifacts, { ref: manifest, until_ms: null }] : artifacts;
}
