import { Fault } from '../../domain/fault.ts';
import type { Principals } from '../../domain/ledger.ts';
import { type Principal, principalSchema } from '../../domain/principal.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';
import type { PrincipalRow } from './tables.ts';

/** Who may call. Read through the schema each time: a row that was meddled with grants nothing. */
export function createPrincipals(write: Write, reader: Backend['reader']): Principals {
  const one = async (column: 'token_hash' | 'name', value: string) => {
    const row = await reader
      .selectFrom('principals')
      .select('record')
      .where(column, '=', value)
      .executeTakeFirst();
    return row ? principalOf(row) : null;
  };
  return {
    byTokenHash: (hash) => one('token_hash', hash),
    byName: (name) => one('name', name),
    all: async () => {
      const rows = await reader.selectFrom('principals').select('record').orderBy('name').execute();
      return rows.map(principalOf);
    },
    add: (principal) => write((writing) => add(writing, principal)),
    revoke: (name, at) => write((writing) => revoke(writing, name, at)),
  };
}

async function add({ db }: Writing, principal: Principal): Promise<void> {
  const { name, token_hash } = principal;
  const clash = await db
    .selectFrom('principals')
    .select('name')
    .where((or) => or.or([or('name', '=', name), or('token_hash', '=', token_hash)]))
    .execute();
  if (clash.some((known) => known.name === name)) {
    refuse('principal_exists', `There is a principal "${name}" already`);
  }
  if (clash.length > 0) refuse('token_not_distinct', 'Another principal has this token');
  await db.insertInto('principals').values(rowOf(principal)).execute();
}

/** The first revocation stands: a later one does not move its time. */
async function revoke({ db }: Writing, name: string, at: string): Promise<boolean> {
  const row = await db
    .selectFrom('principals')
    .select('record')
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row) return false;
  const principal = principalOf(row);
  if (principal.revoked_at !== '') return true;
  const { record } = rowOf({ ...principal, revoked_at: at });
  await db.updateTable('principals').set({ record }).where('name', '=', name).execute();
  return true;
}

function rowOf(principal: Principal): PrincipalRow {
  const { name, token_hash } = principal;
  return { name, token_hash, record: JSON.stringify(principal) };
}

function principalOf({ record }: Pick<PrincipalRow, 'record'>): Principal {
  return principalSchema.parse(JSON.parse(record));
}

function refuse(code: string, message: string): never {
  throw new Fault(code, message, { retryable: false });
}
