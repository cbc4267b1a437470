import type { Transaction } from 'kysely';
import type { Head } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { type EntryDraft, seal } from '../../evidence/chain.ts';
import { rowOf } from './entry-row.ts';
import type { Tables } from './tables.ts';

/** The end of the chain during one transaction, which is the only one that writes. */
export interface ChainEnd {
  /** Appends the draft; null where the incident has an entry of that key already. */
  append(draft: EntryDraft): Promise<LedgerEntry | null>;
  head(): Promise<Head | null>;
  /** Makes note of where the chain ends; the answer goes back there, after a rollback to a savepoint. */
  mark(): () => void;
}

export function createChainEnd(db: Transaction<Tables>): ChainEnd {
  // Undefined until it was read. Never kept beyond the transaction: other processes write as well.
  let end: Head | null | undefined;

  const head = async () => {
    end ??= await readHead(db);
    return end;
  };

  return {
    append: async (draft) => {
      const entry = seal(await head(), draft);
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('entries')
        .values(rowOf(entry))
        .onConflict((conflict) => conflict.columns(['incident_id', 'key']).doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return null;
      end = { seq: entry.seq, hash: entry.hash };
      return entry;
    },
    head,
    mark: () => {
      const marked = end;
      return () => {
        end = marked;
      };
    },
  };
}

/** Null for an empty ledger. */
export async function readHead(db: Pick<Transaction<Tables>, 'selectFrom'>): Promise<Head | null> {
  const last = await db
    .selectFrom('entries')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? null;
}
