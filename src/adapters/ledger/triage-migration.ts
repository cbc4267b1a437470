import type { Kysely } from 'kysely';
import type { WideInteger } from './wide-integer.ts';

/** Which alerts were triaged, and for what they count. */
export async function createTriage({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('triaged_alerts')
    .addColumn('counter', 'text', (c) => c.notNull())
    .addColumn('identity', 'text', (c) => c.notNull())
    .addColumn('occurred_ms', wide, (c) => c.notNull())
    .addColumn('seen_ms', wide, (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('triaged_alerts_once', ['identity', 'counter'])
    .execute();
  const index = (name: string, columns: string[]) =>
    schema.createIndex(name).on('triaged_alerts').columns(columns).execute();
  await index('triaged_alerts_counter', ['counter', 'occurred_ms']);
  await index('triaged_alerts_seen', ['seen_ms']);
}
