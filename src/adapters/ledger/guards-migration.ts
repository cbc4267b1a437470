import type { Kysely } from 'kysely';
import type { WideInteger } from './wide-integer.ts';

/** What holds the automation back. */
export async function createGuards(db: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await createBreaker(db, wide);
  await db.schema
    .createTable('safe_mode')
    .addColumn('resource', 'text', (c) => c.primaryKey().notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('entered_at', 'text', (c) => c.notNull())
    .execute();
  await createWatches(db, wide);
}

/** Which incidents are watched, for whether the same happens again. */
async function createWatches({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('watches')
    .addColumn('incident_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('class', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('until_ms', wide, (c) => c.notNull())
    .execute();
  await schema
    .createIndex('watches_same')
    .on('watches')
    .columns(['class', 'subject', 'until_ms'])
    .execute();
}

/** What was done to how many, and what is tripped because of it. */
async function createBreaker({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('breaker_steps')
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('resource', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('at_ms', wide, (c) => c.notNull())
    .addPrimaryKeyConstraint('breaker_steps_once', ['incident_id', 'resource'])
    .execute();
  await schema
    .createIndex('breaker_steps_window')
    .on('breaker_steps')
    .columns(['action', 'at_ms', 'resource'])
    .execute();
  await schema
    .createTable('breaker_trips')
    .addColumn('action', 'text', (c) => c.primaryKey().notNull())
    .addColumn('tripped_at', 'text', (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .execute();
}
