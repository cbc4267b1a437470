import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, Pool, type PoolClient, type PoolConfig, types } from 'pg';
import { isUnavailable, unavailable } from './unavailable.ts';

/** A pool that tells failures as faults and never hands out again a connection that had one. */
export function openPool(config: PoolConfig): PostgresPool {
  const pool = new Pool({ ...config, types: { getTypeParser } });
  // An idle connection that breaks is replaced when it is needed; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    connect: async () => {
      try {
        return new GuardedClient(await pool.connect());
      } catch (error) {
        throw translated(error);
      }
    },
    end: () => pool.end(),
  };
}

class GuardedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
    client.on('error', this.#onError);
  }

  readonly #onError = (): void => {
    this.#broken = true;
  };

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    text: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new TypeError('The ledger is read in pages, not by cursor');
    return this.#run<R>(text, [...parameters]);
  }

  async #run<R>(text: string, parameters: unknown[]): Promise<PostgresQueryResult<R>> {
    // After one answer that did not come, a rollback would wait as long again for the next.
    if (this.#broken) throw unavailable('its connection broke');
    try {
      const { command, rowCount, rows } = await this.#client.query(text, parameters);
      const writes = WRITES.find((name) => name === command);
      return { command: writes ?? 'SELECT', rowCount: rowCount ?? 0, rows };
    } catch (error) {
      const failure = translated(error);
      this.#broken ||= isUnavailable(failure);
      throw failure;
    }
  }

  release(): void {
    this.#client.off('error', this.#onError);
    this.#client.release(this.#broken);
  }
}

/** The commands whose row count is a count of changes. */
const WRITES = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'] as const;

/** Sequences, counts and milliseconds stay far below 2^53; as strings they would compare as text. */
const getTypeParser: typeof types.getTypeParser = (oid, format) =>
  oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format);

/** Classes and codes of PostgreSQL's appendix A that speak of the server, not of the statement. */
const UNAVAILABLE = /^(08|28|3D|40|53|57|58|F0|XX)|^(25006|25P03|55P03)$/;

function translated(error: unknown): unknown {
  if (error instanceof DatabaseError) {
    return UNAVAILABLE.test(error.code ?? '') ? unavailable(error.message, error) : error;
  }
  // Everything else that `pg` rejects with is of the connection, except our own mistakes.
  const isBug = error instanceof TypeError || error instanceof RangeError;
  return isBug ? error : unavailable(error instanceof Error ? error.message : 'no reason', error);
}
