import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';
import {
  type LedgerOptions,
  openLedger,
  type OpenLedger,
} from '../../src/adapters/ledger/ledger.ts';

/** An empty database of its own for one test. */
export interface LedgerPlace {
  url: string;
  directory: string;
  open(options?: Partial<LedgerOptions>): Promise<OpenLedger>;
  /** Changes the tables behind the ledger's back. */
  meddle(...statements: string[]): Promise<void>;
}

export interface LedgerKind {
  name: string;
  place(): Promise<LedgerPlace>;
}

export const SQLITE: LedgerKind = {
  name: 'SQLite',
  place: async () => {
    const directory = await scratch();
    const file = join(directory, 'ledger.db');
    return place(`sqlite:${file}`, directory, async (statements) => {
      const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
      for (const statement of statements) db.exec(statement);
      db.close();
    });
  },
};

const POSTGRES_URL = inject('postgres') ?? '';

export const POSTGRES: LedgerKind = {
  name: 'PostgreSQL',
  place: async () => {
    const name = `cordon_${randomUUID().replaceAll('-', '')}`;
    await query(POSTGRES_URL, [`create database ${name}`]);
    onTestFinished(() => query(POSTGRES_URL, [`drop database ${name} with (force)`]));
    const url = new URL(POSTGRES_URL);
    url.pathname = `/${name}`;
    // So that a test may delete what others refer to.
    const freely = 'set session_replication_role = replica';
    return place(url.href, await scratch(), (statements) =>
      query(url.href, [freely, ...statements]),
    );
  },
};

/** What this run is about: the unit tests run on SQLite, and the same files run once more on PostgreSQL. */
export const LEDGER_KINDS: LedgerKind[] = POSTGRES_URL === '' ? [SQLITE] : [POSTGRES];

/** A ledger that is closed when the test ends. */
export async function freshLedger(kind: LedgerKind): Promise<OpenLedger> {
  return (await kind.place()).open();
}

function place(
  url: string,
  directory: string,
  run: (statements: string[]) => Promise<void>,
): LedgerPlace {
  return {
    url,
    directory,
    open: async (options = {}) => {
      const ledger = await openLedger({ url, mirrorPath: '', ...options });
      onTestFinished(() => ledger.close());
      return ledger;
    },
    meddle: (...statements) => run(statements),
  };
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-ledger-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function query(url: string, statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
