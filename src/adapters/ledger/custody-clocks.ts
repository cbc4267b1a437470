import { advance, begin, type CustodyClock } from '../../domain/custody-clock.ts';
import { epochMs } from '../../domain/instant.ts';
import type { CustodyClocks } from '../../domain/keeping.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';

type Db = Pick<Backend['reader'], 'selectFrom'>;

/** The custody clock, a row for each boot by which it has gone on. */
export function createCustodyClocks(write: Write, reader: Backend['reader']): CustodyClocks {
  return {
    read: () => readClock(reader),
    advance: (reading, vouchedMs = 0) =>
      write(async ({ db }) => {
        const before = (await readClock(db)) ?? begin(reading, await lastWritten(db));
        const after = advance(before, reading, vouchedMs);
        await keepClock({ db }, after);
        return after;
      }),
  };
}

async function readClock(db: Db): Promise<CustodyClock | null> {
  const sources = await db.selectFrom('custody_clock').selectAll().execute();
  if (sources.length === 0) return null;
  return { trusted_ms: Math.max(...sources.map(({ trusted_ms }) => trusted_ms)), sources };
}

async function keepClock({ db }: Pick<Writing, 'db'>, { sources }: CustodyClock): Promise<void> {
  await db.deleteFrom('custody_clock').execute();
  await db
    .insertInto('custody_clock')
    .values([...sources])
    .execute();
}

/** When the last entry was written, by whichever clock did; null where there is none. */
async function lastWritten(db: Db): Promise<number | null> {
  const last = db.selectFrom('entries').select('at').orderBy('seq', 'desc').limit(1);
  const entry = await last.executeTakeFirst();
  return entry === undefined ? null : epochMs(entry.at);
}
