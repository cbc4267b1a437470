import type { Toucher, TouchedObject } from '../../domain/custody.ts';
import type { Expiry, KeptObject, KeptState, Mark } from '../../domain/keeping.ts';
import type { SweepPage } from '../../domain/sweeps.ts';
import type { Writing } from './group-commit.ts';
import { isHeld, keptObject, keptObjects } from './kept-rows.ts';
import type { Decide } from './projected.ts';
import { touchObjects } from './touch-objects.ts';
import { instantOf } from '../../domain/instant.ts';

type Db = Pick<Writing, 'db'>;
type Sweeper = Toucher & { trustedMs: number };

/** On their way out: from here they can still be taken back, as long as their bytes are there. */
const LEAVING: readonly KeptState[] = ['marked', 'removing'];

/** From the date that is over to the bytes that are gone. A mark that no longer holds true stops it at any step. */
export function createExpiry(decide: Decide): Expiry {
  return {
    overdue: (trustedMs, page) =>
      decide(async ({ db }) => {
        const rows = await dueIn({ db }, ['kept'], trustedMs, page).execute();
        return rows.map(keptObject);
      }),
    mark: (marks, trustedMs, toucher) =>
      decide((writing) => mark(writing, marks, { ...toucher, trustedMs })),
    keptAfterAll: (trustedMs, page) => decide((writing) => keptAfterAll(writing, trustedMs, page)),
    unmark: (sha256s, trustedMs, toucher) =>
      decide((writing) => unmark(writing, sha256s, { ...toucher, trustedMs })),
    decide: (markedBeforeMs, trustedMs, page, toucher) =>
      decide((writing) => decideNow(writing, markedBeforeMs, page, { ...toucher, trustedMs })),
    gone: (sha256s, trustedMs, toucher) =>
      decide((writing) => gone(writing, sha256s, { ...toucher, trustedMs })),
  };
}

async function mark(writing: Writing, marks: readonly Mark[], sweeper: Sweeper): Promise<string[]> {
  const holding: TouchedObject[] = [];
  for (const { sha256, until_ms, tombstone } of marks) {
    const object = await find(writing, sha256);
    // What a tombstone says must be true when it is recorded: it was kept until then, and by nobody any longer.
    if (object?.state !== 'kept' || object.held || object.until_ms !== until_ms) continue;
    holding.push({ ...plain(object), until: instantOf(until_ms), tombstone });
  }
  await touchObjects(writing, 'marked', holding, sweeper);
  return holding.map(({ sha256 }) => sha256);
}

async function keptAfterAll(
  { db }: Db,
  trustedMs: number,
  { after, limit }: SweepPage,
): Promise<KeptObject[]> {
  const rows = await keptObjects(db)
    .where('state', 'in', LEAVING)
    .where((build) =>
      build.or([build('until_ms', 'is', null), build('until_ms', '>', trustedMs), isHeld(build)]),
    )
    .where('sha256', '>', after)
    .orderBy('sha256')
    .limit(limit)
    .execute();
  return rows.map(keptObject);
}

async function unmark(
  writing: Writing,
  sha256s: readonly string[],
  sweeper: Sweeper,
): Promise<void> {
  const kept: TouchedObject[] = [];
  for (const sha256 of sha256s) {
    const object = await find(writing, sha256);
    if (object && LEAVING.includes(object.state) && isWanted(object, sweeper.trustedMs)) {
      kept.push(plain(object));
    }
  }
  await touchObjects(writing, 'unmarked', kept, sweeper);
}

function isWanted({ held, until_ms }: KeptObject, trustedMs: number): boolean {
  return held || until_ms === null || until_ms > trustedMs;
}

async function decideNow(
  writing: Writing,
  markedBeforeMs: number,
  page: SweepPage,
  sweeper: Sweeper,
): Promise<KeptObject[]> {
  const due = dueIn(writing, LEAVING, sweeper.trustedMs, page);
  const rows = await due.where('marked_ms', '<=', markedBeforeMs).execute();
  const objects = rows.map(keptObject);
  const fresh = objects.filter(({ state }) => state === 'marked').map(plain);
  await touchObjects(writing, 'removing', fresh, sweeper);
  return objects;
}

async function gone(writing: Writing, sha256s: readonly string[], sweeper: Sweeper): Promise<void> {
  const removed: TouchedObject[] = [];
  for (const sha256 of sha256s) {
    const object = await find(writing, sha256);
    if (object?.state === 'removing') removed.push(plain(object));
  }
  await touchObjects(writing, 'removed', removed, sweeper);
}

/** Over their date, and nobody's. */
function dueIn(
  { db }: Db,
  states: readonly KeptState[],
  trustedMs: number,
  { after, limit }: SweepPage,
) {
  return keptObjects(db)
    .where('state', 'in', states)
    .where('until_ms', '<=', trustedMs)
    .where('reserved_ms', '<=', trustedMs)
    .where((build) => build.not(isHeld(build)))
    .where('sha256', '>', after)
    .orderBy('sha256')
    .limit(limit);
}

async function find({ db }: Db, sha256: string): Promise<KeptObject | null> {
  const row = await keptObjects(db).where('sha256', '=', sha256).executeTakeFirst();
  return row ? keptObject(row) : null;
}

function plain({ sha256, size }: KeptObject): TouchedObject {
  return { sha256, size, until: '', tombstone: null };
}
