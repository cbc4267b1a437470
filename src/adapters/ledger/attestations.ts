import type { Attestations, Conclusion } from '../../domain/attestations.ts';
import { Fault } from '../../domain/fault.ts';
import type { Backend } from './backend.ts';
import { createChallenges } from './challenges.ts';
import { createEnrolments } from './enrolments.ts';
import type { Write, Writing } from './group-commit.ts';
import type { ClockRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

/** Keys, questions and answers. A key's clock goes on from the row it was compared with, or not at all. */
export function createAttestations(write: Write, reader: Backend['reader']): Attestations {
  return {
    ...createEnrolments(write, reader),
    ...createChallenges(write),
    lastAccepted: async (akName) => {
      const row = await reader
        .selectFrom('clocks')
        .select(['clock', 'reset_count', 'restart_count', 'safe', 'version'])
        .where('ak_name', '=', akName)
        .executeTakeFirst();
      return row ? { ...row, safe: row.safe === 1 } : null;
    },
    conclude: (conclusion) => write((writing) => conclude(writing, conclusion)),
  };
}

async function conclude({ db }: Db, conclusion: Conclusion): Promise<boolean> {
  const { nonce, accepted, reason, evidence, clock, at_ms } = conclusion;
  await refuseUnlessPending({ db }, nonce);
  if (clock !== null && !(await advance({ db }, nonce, clock))) return false;
  await db
    .updateTable('challenges')
    .set({
      accepted: accepted ? 1 : 0,
      reason,
      evidence: evidence === null ? '' : JSON.stringify(evidence),
      concluded_ms: at_ms,
    })
    .where('nonce', '=', nonce)
    .execute();
  return true;
}

/** The first verdict stands. */
async function refuseUnlessPending({ db }: Db, nonce: string): Promise<void> {
  const challenge = await db
    .selectFrom('challenges')
    .select('concluded_ms')
    .where('nonce', '=', nonce)
    .executeTakeFirst();
  if (!challenge) refuse('not_found', 'No challenge has this nonce');
  if (challenge.concluded_ms !== 0) refuse('already_concluded', 'This challenge has its verdict');
}

/** Compares and sets in one statement; false where the key's clock is of another version than was compared. */
async function advance(
  { db }: Db,
  nonce: string,
  { ak_name, version, safe, ...counted }: NonNullable<Conclusion['clock']>,
): Promise<boolean> {
  const next: Omit<ClockRow, 'ak_name'> = {
    ...counted,
    version: version + 1,
    safe: safe ? 1 : 0,
    nonce,
  };
  if (version === 0) {
    const insert = db.insertInto('clocks').values({ ak_name, ...next });
    const { numInsertedOrUpdatedRows } = await insert
      .onConflict((conflict) => conflict.column('ak_name').doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }
  const { numUpdatedRows } = await db
    .updateTable('clocks')
    .set(next)
    .where('ak_name', '=', ak_name)
    .where('version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

function refuse(code: string, message: string): never {
  throw new Fault(code, message, { retryable: false });
}
