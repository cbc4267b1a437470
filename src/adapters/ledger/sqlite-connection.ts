import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { WRITE_PATIENCE_MS } from './backend.ts';
import { unavailable } from './unavailable.ts';

/** SQLite waits by blocking the whole process, so it may not wait long; patience is ours. */
const BUSY_TIMEOUT_MS = 20;
const BUSY_PAUSE_MS = 5;

/** More shapes of statement than the ledger has; a bound, in case one of them is made of variable parts. */
const STATEMENTS_MAX = 500;

export interface SqliteConnection {
  /** Throws Fault `ledger_unavailable` for what another attempt may cure, SQLite's own error otherwise. */
  run(sql: string, parameters: readonly unknown[]): Promise<{ rows: unknown[]; changes: number }>;
  inTransaction(): boolean;
  close(): void;
}

/** Opens the file, and creates it where `readOnly` is not set. */
export async function openSqlite(
  path: string,
  options: { readOnly?: boolean } = {},
): Promise<SqliteConnection> {
  const db = await patiently(() => open(path, options.readOnly === true));
  const known = new Map<string, Prepared>();

  const execute = (sql: string, parameters: readonly unknown[]) => {
    const { statement, reads } = known.get(sql) ?? prepare(db, known, sql);
    const values = parameters.map(bindable);
    if (reads) return { rows: statement.all(...values), changes: 0 };
    return { rows: [], changes: Number(statement.run(...values).changes) };
  };

  return {
    // Within a transaction the lock is held, and a busy database is beyond waiting for.
    run: async (sql, parameters) =>
      db.isTransaction
        ? failingClearly(() => execute(sql, parameters))
        : patiently(() => execute(sql, parameters)),
    inTransaction: () => db.isTransaction,
    close: () => db.close(),
  };
}

function open(path: string, readOnly: boolean): DatabaseSync {
  const db = new DatabaseSync(path, {
    readOnly,
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  });
  try {
    // FULL: a commit that was answered survives the loss of power, not only of the process.
    if (!readOnly) db.exec('pragma journal_mode = wal; pragma synchronous = full');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

interface Prepared {
  statement: StatementSync;
  reads: boolean;
}

function prepare(db: DatabaseSync, known: Map<string, Prepared>, sql: string): Prepared {
  if (known.size >= STATEMENTS_MAX) known.clear();
  const statement = db.prepare(sql);
  const prepared = { statement, reads: statement.columns().length > 0 };
  known.set(sql, prepared);
  return prepared;
}

function bindable(value: unknown): SQLInputValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A value of type ${typeof value} cannot be kept in the ledger`);
}

/** Tries until the lock is had or patience ends, and lets the process work in between. */
async function patiently<T>(attempt: () => T): Promise<T> {
  const deadline = performance.now() + WRITE_PATIENCE_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw translated(error);
    }
    await sleep(BUSY_PAUSE_MS);
  }
}

function failingClearly<T>(attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw translated(error);
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that speak of the file, not of the statement. */
const BUSY = 5;
const LOCKED = 6;
const UNAVAILABLE = new Map([
  [3, 'access to its file is denied'],
  [BUSY, 'it is locked by another process'],
  [LOCKED, 'it is locked'],
  [7, 'memory ran out'],
  [8, 'it is read-only'],
  [10, 'its disk fails'],
  [11, 'its file is damaged'],
  [13, 'its disk is full'],
  [14, 'its file cannot be opened'],
  [15, 'another process has its lock file'],
  [22, 'its file is too large for this system'],
  [26, 'its file is not a database'],
]);

function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

function translated(error: unknown): unknown {
  const reason = UNAVAILABLE.get(resultCode(error));
  return reason === undefined ? error : unavailable(reason, error);
}

/** The primary code is the low byte of the extended one; 0 for an error that is not SQLite's. */
function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error)) return 0;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}
