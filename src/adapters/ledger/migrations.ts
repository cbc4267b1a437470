import { type Kysely, type Migration, Migrator } from 'kysely';
import { Fault } from '../../domain/fault.ts';
import { createAlerts } from './alert-migration.ts';
import { createGuards } from './guards-migration.ts';
import { createCustody } from './custody-migration.ts';
import type { Tables } from './tables.ts';
import { createTriage } from './triage-migration.ts';
import { isUnavailable } from './unavailable.ts';
import type { WideInteger } from './wide-integer.ts';

/**
 * Brings the schema to this version, forward only. Safe when several processes start at once: the migrator
 * runs in one transaction, alone. Faults: `ledger_unavailable`, and `ledger_schema` where it cannot be done,
 * as when the database is of a later version than this program.
 */
export async function migrate(db: Kysely<Tables>, wide: WideInteger): Promise<void> {
  const migrations: Record<string, Migration> = {
    '0001_ledger': { up: (schema) => createLedger(schema, wide) },
    '0002_work': { up: (schema) => createWork(schema, wide) },
    '0003_access': { up: (schema) => createAccess(schema, wide) },
    '0004_attestation': { up: (schema) => createAttestation(schema, wide) },
    '0005_custody': { up: (schema) => createCustody(schema, wide) },
    '0006_alerts': { up: (schema) => createAlerts(schema, wide) },
    '0007_triage': { up: (schema) => createTriage(schema, wide) },
    '0008_befores': { up: createBefores },
    '0009_guards': { up: (schema) => createGuards(schema, wide) },
  };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (isUnavailable(error)) throw error;
  const reason = error instanceof Error ? error.message : 'no reason';
  throw new Fault('ledger_schema', `The ledger cannot be brought to this version: ${reason}`, {
    retryable: false,
    cause: error,
  });
}

/** What happened, and the register projected from it. */
async function createLedger({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('entries')
    .addColumn('seq', wide, (c) => c.primaryKey().notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('prev_hash', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addUniqueConstraint('entries_once', ['incident_id', 'key'])
    .execute();
  await schema
    .createIndex('entries_timeline')
    .on('entries')
    .columns(['incident_id', 'seq'])
    .execute();
  await schema
    .createTable('incidents')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('class', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('severity_rank', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('auto_contain', 'integer', (c) => c.notNull())
    .addColumn('resolved', 'integer', (c) => c.notNull())
    .addColumn('recovery_pending', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .execute();
  await createRegisterIndexes({ schema });
}

async function createRegisterIndexes({ schema }: Pick<Kysely<unknown>, 'schema'>): Promise<void> {
  await schema
    .createIndex('incidents_list')
    .on('incidents')
    .columns(['severity_rank', 'created_at', 'id'])
    .execute();
  // Holds all that the figures need, so that counting never reads the records.
  await schema
    .createIndex('incidents_stats')
    .on('incidents')
    .columns(['class', 'severity', 'resolved', 'auto_contain'])
    .execute();
  await schema
    .createIndex('incidents_pending')
    .on('incidents')
    .columns(['recovery_pending', 'severity_rank', 'created_at', 'id'])
    .execute();
}

/** What is still to be done about it: dispatch, and what is in force. */
async function createWork({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createTable('idempotency')
    .addColumn('reporter', 'text', (c) => c.notNull())
    .addColumn('key_digest', 'text', (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('idempotency_once', ['reporter', 'key_digest'])
    .execute();
  await schema
    .createTable('outbox')
    .addColumn('incident_id', 'text', (c) => c.primaryKey().notNull().references('incidents.id'))
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('severity_rank', 'integer', (c) => c.notNull())
    .addColumn('seq', wide, (c) => c.notNull())
    .addColumn('since_ms', wide, (c) => c.notNull())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('lease_until_ms', wide, (c) => c.notNull())
    .addColumn('input', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createIndex('outbox_order')
    .on('outbox')
    .columns(['severity_rank desc', 'seq', 'lease_until_ms'])
    .execute();
  await schema
    .createTable('holds')
    .addColumn('incident_id', 'text', (c) => c.notNull().references('incidents.id'))
    .addColumn('resource', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('reflex_until_ms', wide, (c) => c.notNull())
    .addColumn('releasing_until_ms', wide, (c) => c.notNull())
    .addPrimaryKeyConstraint('holds_once', ['incident_id', 'resource'])
    .execute();
  await schema.createIndex('holds_resource').on('holds').columns(['resource', 'state']).execute();
}

/** What is to be brought back when a step is undone. */
async function createBefores({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('befores')
    .addColumn('resource', 'text', (c) => c.primaryKey().notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .execute();
}

/** Who may call, who follows, which heads were attested, and the turn to write. */
async function createAccess(db: Kysely<unknown>, wide: WideInteger): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('principals')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('record', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createTable('followers')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('until_ms', wide, (c) => c.notNull())
    .addColumn('seq', wide, (c) => c.notNull())
    .execute();
  await schema
    .createTable('checkpoints')
    .addColumn('seq', wide, (c) => c.primaryKey().notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('size', wide, (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createTable('turn')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('probes', wide, (c) => c.notNull())
    .execute();
  await db
    .withTables<Pick<Tables, 'turn'>>()
    .insertInto('turn')
    .values({ id: 1, probes: 0 })
    .execute();
}

/** Under which key a host proves itself, what it was asked, and the clock that its TPM has come to. */
async function createAttestation({ schema }: Kysely<unknown>, wide: WideInteger): Promise<void> {
  await schema
    .createIndex('incidents_recent')
    .on('incidents')
    .columns(['resolved', 'created_at'])
    .execute();
  await schema
    .createTable('enrolments')
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('ak_name', 'text', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('enrolments_once', ['host', 'version'])
    .execute();
  await schema.createIndex('enrolments_key').on('enrolments').column('ak_name').execute();
  await createChallenges({ schema }, wide);
  await schema
    .createTable('clocks')
    .addColumn('ak_name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('clock', 'text', (c) => c.notNull())
    // A TPM counts them in 32 bits without a sign, one more than PostgreSQL's integer has.
    .addColumn('reset_count', wide, (c) => c.notNull())
    .addColumn('restart_count', wide, (c) => c.notNull())
    .addColumn('safe', 'integer', (c) => c.notNull())
    .addColumn('nonce', 'text', (c) => c.notNull())
    .execute();
}

async function createChallenges(
  { schema }: Pick<Kysely<unknown>, 'schema'>,
  wide: WideInteger,
): Promise<void> {
  await schema
    .createTable('challenges')
    .addColumn('nonce', 'text', (c) => c.primaryKey().notNull())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('incident_id', 'text', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('salt', 'text', (c) => c.notNull())
    .addColumn('binding', 'text', (c) => c.notNull())
    .addColumn('policy_digest', 'text', (c) => c.notNull())
    .addColumn('issued_ms', wide, (c) => c.notNull())
    .addColumn('expires_ms', wide, (c) => c.notNull())
    .addColumn('consumed_ms', wide, (c) => c.notNull())
    .addColumn('echo_until_ms', wide, (c) => c.notNull())
    .addColumn('concluded_ms', wide, (c) => c.notNull())
    .addColumn('accepted', 'integer', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('evidence', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createIndex('challenges_limit')
    .on('challenges')
    .columns(['incident_id', 'purpose', 'issued_ms'])
    .execute();
  await schema
    .createIndex('challenges_echo')
    .on('challenges')
    .columns(['host', 'echo_until_ms'])
    .execute();
}
