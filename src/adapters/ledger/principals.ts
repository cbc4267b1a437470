import { Fault } from '../../domain/fault.ts';
import type { Principals } from '../../domain/ledger.ts';
import { lacksRole, type Principal, principalSchema, type Role } from '../../domain/principal.ts';
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
    disable: (name, because) => write((writing) => disable(writing, name, because)),
    restore: (name, tokenHash) => write((writing) => restore(writing, name, tokenHash)),
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

/** Without one of each, nobody could acknowledge, release or shut down. */
const VITAL: readonly Role[] = ['operator', 'recovery_admin', 'backup_contact'];

async function disable(
  writing: Writing,
  name: string,
  { incident_id, at }: { incident_id: string; at: string },
): ReturnType<Principals['disable']> {
  const { db, chain } = writing;
  const all = (await db.selectFrom('principals').select('record').execute()).map(principalOf);
  const principal = all.find((known) => known.name === name);
  if (principal === undefined) return 'unknown';
  if (principal.revoked_at !== '') return 'disabled';
  const others = all.filter((known) => known.name !== name);
  const may = (known: Principal, role: Role) => !lacksRole(known, [role]);
  const last = VITAL.find(
    (role) => may(principal, role) && !others.some((other) => may(other, role)),
  );
  if (last !== undefined) return { last };
  await revoke(writing, name, at);
  await chain.append({
    ...{ incident_id: '', key: `principal_revoked/${name}/${incident_id}/${at}`, at },
    ...{ actor: 'cordon', type: 'principal_revoked', body: { name, incident_id } },
  });
  return 'disabled';
}

async function restore({ db }: Writing, name: string, token_hash: string): Promise<boolean> {
  const row = await db
    .selectFrom('principals')
    .select('record')
    .where('name', '=', name)
    .executeTakeFirst();
  const principal = row && principalOf(row);
  if (principal === undefined || principal.revoked_at === '') return false;
  const { record } = rowOf({ ...principal, token_hash, revoked_at: '' });
  await db.updateTable('principals').set({ record, token_hash }).where('name', '=', name).execute();
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
