import type { Befores } from '../../domain/ledger.ts';
import type { Backend } from './backend.ts';
import type { Write } from './group-commit.ts';

/**
 * A table and no entries: it is needed for as long as the step is in force, by whichever worker undoes it, and what
 * happened is told by the results of the step.
 */
export function createBefores(write: Write, reader: Backend['reader']): Befores {
  return {
    keep: (resource, record) =>
      write(async ({ db }) => {
        const kept = await recordOf(db, resource);
        if (kept !== null) return kept;
        await db.insertInto('befores').values({ resource, record }).execute();
        return record;
      }),
    of: (resource) => recordOf(reader, resource),
    forget: (resource) =>
      write(async ({ db }) => {
        await db.deleteFrom('befores').where('resource', '=', resource).execute();
      }),
  };
}

async function recordOf(db: Backend['reader'], resource: string): Promise<string | null> {
  const row = await db
    .selectFrom('befores')
    .select('record')
    .where('resource', '=', resource)
    .executeTakeFirst();
  return row?.record ?? null;
}
