import type { Followers } from '../../domain/ledger.ts';
import type { Write, Writing } from './group-commit.ts';

/** One follower of a name at a time, by lease. */
export function createFollowers(write: Write): Followers {
  return {
    take: (name, owner, nowMs, untilMs, begins = 'at_the_head') =>
      write((writing) => take(writing, { name, owner, nowMs, untilMs, begins })),
    reached: (name, owner, seq) =>
      write(async ({ db }) => {
        // The owner fences off one that lost its lease meanwhile; the sequence never goes back.
        await db
          .updateTable('followers')
          .set({ seq })
          .where('name', '=', name)
          .where('owner', '=', owner)
          .where('seq', '<', seq)
          .execute();
      }),
  };
}

interface Turn {
  name: string;
  owner: string;
  nowMs: number;
  untilMs: number;
  begins: 'at_the_start' | 'at_the_head';
}

async function take({ db, chain }: Writing, turn: Turn): Promise<number | null> {
  const { name, owner, nowMs, untilMs, begins } = turn;
  const lease = { owner, until_ms: untilMs };
  const row = await db
    .selectFrom('followers')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row) {
    const seq = begins === 'at_the_start' ? 0 : ((await chain.head())?.seq ?? 0);
    await db
      .insertInto('followers')
      .values({ name, seq, ...lease })
      .execute();
    return seq;
  }
  if (row.owner !== owner && row.until_ms > nowMs) return null;
  await db.updateTable('followers').set(lease).where('name', '=', name).execute();
  return row.seq;
}
