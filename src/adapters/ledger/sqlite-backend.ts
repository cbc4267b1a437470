import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import type { Backend } from './backend.ts';
import { migrate } from './migrations.ts';
import { openSqlite } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';
import { unavailable } from './unavailable.ts';

/** The ledger as a file of this machine. Throws Fault `ledger_unavailable`. */
export async function openSqliteBackend(path: string): Promise<Backend> {
  createPrivately(path);
  const writer = new Kysely<Tables>({ dialect: sqliteDialect(await openSqlite(path)) });
  try {
    await migrate(writer, 'integer');
    const connection = await openSqlite(path, { readOnly: true });
    const reader = new Kysely<Tables>({ dialect: sqliteDialect(connection) });
    return {
      writer,
      reader,
      takeTurn: async () => {}, // had since the transaction began
      close: async () => {
        await reader.destroy();
        await writer.destroy();
      },
    };
  } catch (error) {
    await writer.destroy();
    throw error;
  }
}

/** What the ledger holds is for its owner alone, and SQLite would let everybody read. */
function createPrivately(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw unavailable('its file cannot be written', error);
  }
}
