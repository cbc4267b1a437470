import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** A database that is ready for use: schema in place, failures already told as faults. */
export interface Backend {
  /** One connection: transactions of a process queue up for it. */
  writer: Kysely<Tables>;
  /** Never waits for the writer. Sees everything that was committed before it is asked. */
  reader: Kysely<Tables>;
  /**
   * Makes the transaction the only one that writes, in all processes, until it ends. So every unit of work
   * sees all that was written before it, and decisions over several rows need no cleverness.
   */
  takeTurn(db: Transaction<Tables>): Promise<void>;
  close(): Promise<void>;
}

/** How long a transaction may wait for its turn: longer than any honest writer takes, shorter than a caller's patience. */
export const WRITE_PATIENCE_MS = 2_000;
