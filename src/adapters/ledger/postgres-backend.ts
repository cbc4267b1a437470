import { readFile } from 'node:fs/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { PoolConfig } from 'pg';
import { type Backend, WRITE_PATIENCE_MS } from './backend.ts';
import { migrate } from './migrations.ts';
import { postgresAddress } from './postgres-address.ts';
import { openPool } from './postgres-pool.ts';
import type { Tables } from './tables.ts';

/** The server gives up a statement after this, and we give up the connection a little later. */
const STATEMENT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;

/** A writer that vanished from the network keeps its turn no longer than this. */
const SILENT_WRITER_MS = 10_000;

/** Reads side by side: enough for the API of one server, few enough for a hundred servers on one database. */
const READERS = 4;

/** The ledger in PostgreSQL, where several machines share it. Throws Fault `ledger_unavailable`. */
export async function openPostgresBackend(url: string, passwordFile?: string): Promise<Backend> {
  const config = { ...postgresAddress(url), ...passwordFrom(passwordFile), ...LIMITS };
  const writer = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: openPool({ ...config, max: 1 }) }),
  });
  const reader = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: openPool({ ...config, max: READERS }) }),
  });
  const close = async () => {
    await reader.destroy();
    await writer.destroy();
  };
  try {
    await migrate(writer, 'bigint');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    writer,
    reader,
    takeTurn: async (db) => {
      await sql`select id from turn where id = 1 for update`.execute(db);
    },
    close,
  };
}

const LIMITS: PoolConfig = {
  application_name: 'cordon-ledger',
  connectionTimeoutMillis: WRITE_PATIENCE_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  query_timeout: ANSWER_TIMEOUT_MS,
  lock_timeout: WRITE_PATIENCE_MS,
  idle_in_transaction_session_timeout: SILENT_WRITER_MS,
  // Whatever the database is set to, a commit that we answer for is on disk.
  options: '-c synchronous_commit=on',
};

/** Read for each new connection, so that a rotated password is taken up. */
function passwordFrom(file: string | undefined): PoolConfig {
  return file === undefined ? {} : { password: async () => (await readFile(file, 'utf8')).trim() };
}
