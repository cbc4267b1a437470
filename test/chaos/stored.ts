import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { RangeName } from '../../src/range/service.ts';

/** Rows as they lie in the ledger's file, read from beside whoever writes it. */
export function inLedger(home: string, sql: string, ...values: SQLInputValue[]) {
  return rows(join(home, 'ledger.db'), sql, values);
}

/** How many incidents the outbox still holds. */
export function outboxSize(home: string): number {
  return inLedger(home, 'select incident_id from outbox').length;
}

/** Every effect that a service of the range was asked for under a key, as `path key`, with how often it happened. */
export function effectsAt(home: string, name: RangeName): Map<string, number> {
  const found = rows(
    join(home, 'range', `${name}.db`),
    'select path, key, effects from effect',
    [],
  );
  return new Map(found.map((row) => [`${row['path']} ${row['key']}`, Number(row['effects'])]));
}

/** Keeps everybody else from writing to the ledger until the returned function is called. */
export function lockLedger(home: string): () => void {
  const db = new DatabaseSync(join(home, 'ledger.db'), { timeout: 5_000 });
  db.exec('begin immediate');
  return () => {
    db.exec('rollback');
    db.close();
  };
}

function rows(file: string, sql: string, values: SQLInputValue[]) {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    return db.prepare(sql).all(...values);
  } finally {
    db.close();
  }
}
