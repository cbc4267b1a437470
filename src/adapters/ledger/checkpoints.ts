import type { Checkpoints } from '../../domain/ledger.ts';
import type { Backend } from './backend.ts';
import type { Write } from './group-commit.ts';

/** Where the signed heads are to be found. The first that was made of a head stays. */
export function createCheckpoints(write: Write, reader: Backend['reader']): Checkpoints {
  return {
    add: (seq, ref) =>
      write(async ({ db }) => {
        const insert = db.insertInto('checkpoints').values({ seq, ...ref });
        await insert.onConflict((conflict) => conflict.column('seq').doNothing()).execute();
      }),
    all: async () => {
      const rows = await reader.selectFrom('checkpoints').selectAll().orderBy('seq').execute();
      return rows.map(({ seq, ...ref }) => ({ seq, ref }));
    },
  };
}
