import type { Rota } from '../../domain/keeping.ts';
import type { Write, Writing } from './group-commit.ts';
import { keptObject, keptObjects } from './kept-rows.ts';
import type { Decide } from './projected.ts';

/** Turns are counted and not timed: what is read back must not depend on what a clock says. */
export function createRota(decide: Decide, write: Write): Rota {
  return {
    count: () =>
      decide(async ({ db }) => {
        const all = db.selectFrom('kept_objects').select(({ fn }) => fn.countAll<number>().as('n'));
        return (await all.executeTakeFirstOrThrow()).n;
      }),
    next: (limit) =>
      decide(async ({ db }) => {
        const longestAgo = keptObjects(db).orderBy('turn').orderBy('sha256').limit(limit);
        return (await longestAgo.execute()).map(keptObject);
      }),
    done: (sha256s) => write((writing) => haveHadTurn(writing, sha256s)),
  };
}

async function haveHadTurn({ db }: Writing, sha256s: readonly string[]): Promise<void> {
  if (sha256s.length === 0) return;
  const last = db
    .selectFrom('kept_objects')
    .select(({ fn }) => fn.max<number | null>('turn').as('turn'));
  const turn = ((await last.executeTakeFirstOrThrow()).turn ?? 0) + 1;
  await db.updateTable('kept_objects').set({ turn }).where('sha256', 'in', sha256s).execute();
}
