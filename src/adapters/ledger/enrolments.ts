import type { Attestations } from '../../domain/attestations.ts';
import { type Enrolment, enrolmentSchema } from '../../domain/enrolment.ts';
import { Fault } from '../../domain/fault.ts';
import type { EntryDraft } from '../../evidence/chain.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';
import type { EnrolmentRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

/** Under which keys hosts prove themselves. Read through the schema: a row that was meddled with proves nothing. */
export function createEnrolments(
  write: Write,
  reader: Backend['reader'],
): Pick<Attestations, 'enrolment' | 'enrolments' | 'enrol'> {
  return {
    enrolment: (host) => inForce(reader, host),
    enrolments: async () => {
      const latest = reader
        .selectFrom('enrolments')
        .select(({ fn }) => ['host', fn.max('version').as('version')])
        .groupBy('host')
        .as('latest');
      const rows = await reader
        .selectFrom('enrolments')
        .innerJoin(latest, (join) =>
          join
            .onRef('latest.host', '=', 'enrolments.host')
            .onRef('latest.version', '=', 'enrolments.version'),
        )
        .select('enrolments.record')
        .orderBy('enrolments.host')
        .execute();
      return rows.map(enrolmentOf);
    },
    enrol: (enrolment, mayReplace) => write((writing) => enrol(writing, enrolment, mayReplace)),
  };
}

async function inForce(db: Backend['reader'], host: string): Promise<Enrolment | null> {
  const row = await db
    .selectFrom('enrolments')
    .select('record')
    .where('host', '=', host)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? enrolmentOf(row) : null;
}

async function enrol(
  { db, chain }: Writing,
  given: Omit<Enrolment, 'version'>,
  mayReplace: boolean,
): Promise<Enrolment> {
  const { host } = given;
  const before = await inForce(db, host);
  if (before && !mayReplace) refuse('already_enrolled', `${host} is enrolled already`);
  await refuseKeyOfAnother({ db }, given);
  const enrolment = { ...given, version: (before?.version ?? 0) + 1 };
  await db.insertInto('enrolments').values(rowOf(enrolment)).execute();
  if (!(await chain.append(noteOf(enrolment)))) {
    // A version that was taken out of the table behind our back is still in the chain.
    refuse('ledger_corrupt', `The ledger has another version ${enrolment.version} of ${host}`);
  }
  return enrolment;
}

/** Not even one that is no longer in force: two hosts of one TPM would prove each other. */
async function refuseKeyOfAnother(
  { db }: Db,
  { host, ak_name }: Pick<Enrolment, 'host' | 'ak_name'>,
): Promise<void> {
  const other = await db
    .selectFrom('enrolments')
    .select('host')
    .where('ak_name', '=', ak_name)
    .where('host', '<>', host)
    .executeTakeFirst();
  if (other) refuse('ak_bound_elsewhere', `The key is, or was, that of ${other.host}`);
}

/** What a key of the ledger has room for beside its other parts; a host may have a longer name. */
const LONGEST_HOST_IN_KEY = 96;

/** The key's Name is enough to know it by: the public area stays in the table. */
function noteOf(enrolment: Enrolment): EntryDraft {
  const { ak_public: _, ...body } = enrolment;
  const { host, version, enrolled_at, approved_by } = body;
  // A host's name has no colon, so that no name reads like the digest of another.
  const place = host.length > LONGEST_HOST_IN_KEY ? `sha256:${sha256Hex(host)}` : host;
  return {
    incident_id: '',
    key: `host_enrolled/${place}/${version}`,
    at: enrolled_at,
    actor: approved_by,
    type: 'host_enrolled',
    body,
  };
}

function rowOf(enrolment: Enrolment): EnrolmentRow {
  const { host, version, ak_name } = enrolment;
  return { host, version, ak_name, record: JSON.stringify(enrolment) };
}

function enrolmentOf({ record }: Pick<EnrolmentRow, 'record'>): Enrolment {
  return enrolmentSchema.parse(JSON.parse(record));
}

function refuse(code: string, message: string): never {
  throw new Fault(code, message, { retryable: false });
}
