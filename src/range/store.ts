import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { RECORD_SCHEMA, type Records, records } from './records.ts';
import type { RangeAnswer } from './service.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS held (thing TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS effect (
    path TEXT NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    effects INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (path, key)
  );
`;

/** From this status on nothing has been done, so that the same order may do it later. */
const REFUSED = 400;

/** How often an effect was asked for and happened, for one Idempotency-Key. */
export const effectCountSchema = z.strictObject({
  path: z.string(),
  key: z.string(),
  effects: z.int(),
  calls: z.int(),
});
export type EffectCount = z.infer<typeof effectCountSchema>;

/** What a stand-in remembers across its own death: what is held, and what it has answered. */
export interface RangeStore {
  holds(thing: string): boolean;
  /** Held things, at most `limit`. */
  held(limit: number): string[];
  hold(thing: string): void;
  free(thing: string): void;
  setting(name: string): string | undefined;
  set(name: string, value: string): void;
  /** Does it once for each key; a repeated key is given the first answer, unless that was a refusal. */
  once(path: string, key: string, work: () => RangeAnswer): RangeAnswer;
  /** The newest first, at most `limit`; of one key if it is given. */
  effects(key: string | null, limit: number): EffectCount[];
  records: Records;
  /** All that the work writes, or nothing of it. */
  together<T>(work: () => T): T;
  close(): void;
}

/**
 * A database and not a document, because tens of thousands of keys are remembered and one is added
 * for each effect.
 */
export function openRangeStore(home: string, name: string): RangeStore {
  const db = new DatabaseSync(join(home, 'range', `${name}.db`));
  // Survives the death of the process; only a power cut could undo an effect of the practice range.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 1000');
  db.exec(SCHEMA + RECORD_SCHEMA);
  return {
    ...things(db),
    ...settings(db),
    ...effects(db),
    records: records(db),
    together: (work) => transaction(db, work),
    close: () => db.close(),
  };
}

function things(db: DatabaseSync): Pick<RangeStore, 'holds' | 'held' | 'hold' | 'free'> {
  const find = db.prepare('SELECT 1 FROM held WHERE thing = ?');
  const list = db.prepare('SELECT thing FROM held ORDER BY thing LIMIT ?');
  const insert = db.prepare('INSERT OR IGNORE INTO held VALUES (?)');
  const remove = db.prepare('DELETE FROM held WHERE thing = ?');
  return {
    holds: (thing) => find.get(thing) !== undefined,
    held: (limit) => list.all(limit).map((row) => String(row['thing'])),
    hold: (thing) => void insert.run(thing),
    free: (thing) => void remove.run(thing),
  };
}

function settings(db: DatabaseSync): Pick<RangeStore, 'setting' | 'set'> {
  const find = db.prepare('SELECT value FROM setting WHERE name = ?');
  const replace = db.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)');
  return {
    setting: (name) => {
      const row = find.get(name);
      return row && String(row['value']);
    },
    set: (name, value) => void replace.run(name, value),
  };
}

function effects(db: DatabaseSync): Pick<RangeStore, 'once' | 'effects'> {
  const repeat = db.prepare(
    'UPDATE effect SET calls = calls + 1 WHERE path = ? AND key = ? RETURNING status, body',
  );
  const insert = db.prepare('INSERT INTO effect VALUES (?, ?, ?, ?, 1, 1)');
  const list = db.prepare(
    `SELECT path, key, effects, calls FROM effect WHERE key = coalesce(?, key)
     ORDER BY rowid DESC LIMIT ?`,
  );
  return {
    once: (path, key, work) => {
      const first = repeat.get(path, key);
      if (first)
        return { status: Number(first['status']), body: JSON.parse(String(first['body'])) };
      return transaction(db, () => {
        const answer = work();
        if (answer.status < REFUSED)
          insert.run(path, key, answer.status, JSON.stringify(answer.body));
        return answer;
      });
    },
    effects: (key, limit) => list.all(key, limit).map((row) => effectCountSchema.parse({ ...row })),
  };
}

function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
