import type { DatabaseSync } from 'node:sqlite';

export const RECORD_SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    place INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, id)
  );
`;

/** JSON documents of several kinds, in the order in which each was first put. */
export interface Records {
  put(kind: string, id: string, body: object): void;
  get(kind: string, id: string): unknown;
  list(kind: string): unknown[];
  count(kind: string): number;
  /** The newest; undefined where there is none. */
  last(kind: string): unknown;
  clear(kind: string): void;
  /** Keeps the newest `most`. */
  trim(kind: string, most: number): void;
}

export function records(db: DatabaseSync): Records {
  const put = db.prepare(
    `INSERT INTO record (kind, id, body) VALUES (?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body`,
  );
  const find = db.prepare('SELECT body FROM record WHERE kind = ? AND id = ?');
  const list = db.prepare('SELECT body FROM record WHERE kind = ? ORDER BY place');
  const count = db.prepare('SELECT count(*) AS n FROM record WHERE kind = ?');
  const last = db.prepare('SELECT body FROM record WHERE kind = ? ORDER BY place DESC LIMIT 1');
  const clear = db.prepare('DELETE FROM record WHERE kind = ?');
  const trim = db.prepare(
    `DELETE FROM record WHERE kind = ?1 AND place <= (
       SELECT place FROM record WHERE kind = ?1 ORDER BY place DESC LIMIT 1 OFFSET ?2)`,
  );
  const read = (row: Record<string, unknown> | undefined): unknown =>
    row && JSON.parse(String(row['body']));
  return {
    put: (kind, id, body) => void put.run(kind, id, JSON.stringify(body)),
    get: (kind, id) => read(find.get(kind, id)),
    list: (kind) => list.all(kind).map(read),
    count: (kind) => Number(count.get(kind)?.['n']),
    last: (kind) => read(last.get(kind)),
    clear: (kind) => void clear.run(kind),
    trim: (kind, most) => void trim.run(kind, most),
  };
}
