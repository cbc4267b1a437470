import { type Kysely, sql } from 'kysely';
import type { WideInteger } from './wide-integer.ts';

/** What detectors sent, what became of it, and which incident handles which cause. */
export async function createAlerts(db: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await createDeliveries(db, wide);
  await createListed(db, wide);
  const { schema } = db;
  await schema
    .createTable('causes')
    .addColumn('cause', 'text', (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('first_ms', wide, (c) => c.notNull())
    .addColumn('last_ms', wide, (c) => c.notNull())
    .addColumn('told', 'integer', (c) => c.notNull())
    .addColumn('severity_rank', 'integer', (c) => c.notNull())
    .addColumn('subjects', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('pending', 'text', (c) => c.notNull())
    .addColumn('pending_ms', wide, (c) => c.notNull())
    .addPrimaryKeyConstraint('causes_once', ['cause', 'incident_id'])
    .execute();
  await schema.createIndex('causes_incident').on('causes').column('incident_id').execute();
  await schema.createIndex('causes_pending').on('causes').column('pending_ms').execute();
}

async function createDeliveries({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('deliveries')
    .addColumn('sha256', 'text', (c) => c.primaryKey().notNull())
    .addColumn('bytes', wide === 'bigint' ? sql`bytea` : 'blob', (c) => c.notNull())
    .addColumn('headers', 'text', (c) => c.notNull())
    .addColumn('received_ms', wide, (c) => c.notNull())
    .execute();
  await schema.createIndex('deliveries_received').on('deliveries').column('received_ms').execute();
  await schema
    .createTable('alert_identities')
    .addColumn('identity', 'text', (c) => c.primaryKey().notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('seen_ms', wide, (c) => c.notNull())
    .execute();
  await schema
    .createIndex('alert_identities_seen')
    .on('alert_identities')
    .column('seen_ms')
    .execute();
}

async function createListed({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('alerts')
    .addColumn('identity', 'text', (c) => c.primaryKey().notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('reported_by', 'text', (c) => c.notNull())
    .addColumn('format', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('rule', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('delivery', 'text', (c) => c.notNull())
    .addColumn('place', 'integer', (c) => c.notNull())
    .addColumn('occurred_ms', wide, (c) => c.notNull())
    .addColumn('received_ms', wide, (c) => c.notNull())
    .addColumn('report', 'text', (c) => c.notNull())
    .execute();
  const index = (name: string, columns: string[]) =>
    schema.createIndex(name).on('alerts').columns(columns).execute();
  await index('alerts_newest', ['received_ms', 'identity']);
  await index('alerts_source', ['source', 'outcome', 'received_ms']);
  await index('alerts_incident', ['incident_id', 'received_ms']);
  await index('alerts_delivery', ['delivery']);
  await schema
    .createTable('alert_counts')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('format', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('count', wide, (c) => c.notNull())
    .addColumn('first_ms', wide, (c) => c.notNull())
    .addColumn('last_ms', wide, (c) => c.notNull())
    .addPrimaryKeyConstraint('alert_counts_once', ['source', 'format', 'outcome'])
    .execute();
}
