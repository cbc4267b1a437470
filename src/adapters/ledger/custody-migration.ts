import type { Kysely } from 'kysely';
import type { WideInteger } from './wide-integer.ts';

/** What is kept for whom and how long, the custody clock, and how the last sweeps ended. */
export async function createCustody(db: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await createKept(db, wide);
  const { schema } = db;
  await schema
    .createTable('custody_clock')
    .addColumn('boot_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('wall_ms', wide, (c) => c.notNull())
    .addColumn('boottime_ms', wide, (c) => c.notNull())
    .addColumn('trusted_ms', wide, (c) => c.notNull())
    .execute();
  await schema
    .createTable('sweeps')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('finished_ms', wide, (c) => c.notNull())
    .addColumn('report', 'text', (c) => c.notNull())
    .execute();
}

async function createKept({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('kept_objects')
    .addColumn('sha256', 'text', (c) => c.primaryKey().notNull())
    .addColumn('size', wide, (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('until_ms', wide)
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('marked_ms', wide, (c) => c.notNull())
    .addColumn('removed_ms', wide, (c) => c.notNull())
    .addColumn('tombstone', 'text', (c) => c.notNull())
    .addColumn('reserved_ms', wide, (c) => c.notNull())
    .addColumn('turn', wide, (c) => c.notNull())
    .execute();
  const index = (name: string, columns: string[]) =>
    schema.createIndex(name).on('kept_objects').columns(columns).execute();
  await index('kept_objects_due', ['state', 'until_ms']);
  await index('kept_objects_turn', ['turn', 'sha256']);
  await schema
    .createTable('kept_by')
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('seq', wide, (c) => c.notNull())
    .addColumn('until_ms', wide)
    .addPrimaryKeyConstraint('kept_by_once', ['incident_id', 'sha256'])
    .execute();
  await schema.createIndex('kept_by_object').on('kept_by').column('sha256').execute();
  await schema
    .createTable('kept_incidents')
    .addColumn('incident_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('held', 'integer', (c) => c.notNull())
    .addColumn('until_ms', wide, (c) => c.notNull())
    .execute();
}
