import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery, type Transaction } from 'kysely';
import type { Backend } from './backend.ts';
import { type ChainEnd, createChainEnd } from './chain-end.ts';
import type { Tables } from './tables.ts';
import { isUnavailable, unavailable } from './unavailable.ts';

/** What a unit of work writes with. */
export interface Writing {
  db: Transaction<Tables>;
  chain: ChainEnd;
}

export type Write = <T>(unit: (writing: Writing) => Promise<T>) => Promise<T>;

export interface GroupCommit {
  /**
   * Resolves after the unit is committed, rejects when nothing of it is. Of Fault `ledger_unavailable` alone
   * it may be that the commit happened and its answer was lost: units are exact under repetition.
   */
  write: Write;
  /** Commits what is queued, and refuses everything after. */
  close: () => Promise<void>;
}

/**
 * Enough that a disk which takes 5 ms to make a commit durable still takes 6,000 units a second, and few
 * enough that the process is never busy with one group for much longer than 10 ms.
 */
const GROUP_MAX = 32;

interface Queued {
  /** Does the work; the answer to the caller is held back until the commit. */
  attempt: (writing: Writing) => Promise<() => void>;
  reject: (error: unknown) => void;
}

/** Writes what has queued up in one transaction, since a commit costs the same for one unit as for thirty. */
export function createGroupCommit(backend: Backend, afterCommit: () => void): GroupCommit {
  const queue: Queued[] = [];
  let draining: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      // Lets requests that have arrived already join the group, and answers of the last group leave.
      await nextTurn();
      await commit(backend, queue.splice(0, GROUP_MAX), afterCommit);
    }
    draining = undefined;
  }

  return {
    write: (unit) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(unavailable('it was closed'));
        const attempt = async (writing: Writing) => {
          const value = await unit(writing);
          return () => resolve(value);
        };
        queue.push({ attempt, reject });
        draining ??= drain();
      }),
    close: async () => {
      closed = true;
      await draining;
    },
  };
}

async function commit(backend: Backend, group: Queued[], afterCommit: () => void): Promise<void> {
  try {
    const answers = await backend.writer.transaction().execute(async (db) => {
      await backend.takeTurn(db);
      const writing = { db, chain: createChainEnd(db) };
      const held: (() => void)[] = [];
      for (const queued of group) held.push(await attemptAlone(writing, queued));
      return held;
    });
    for (const answer of answers) answer();
    afterCommit();
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

const SAVEPOINT = CompiledQuery.raw('savepoint unit');
const RELEASE = CompiledQuery.raw('release savepoint unit');
const ROLLBACK = CompiledQuery.raw('rollback to savepoint unit');

/** A unit that fails leaves no trace and hurts no other; a database that fails fails them all. */
async function attemptAlone(writing: Writing, { attempt, reject }: Queued): Promise<() => void> {
  const goBack = writing.chain.mark();
  await writing.db.executeQuery(SAVEPOINT);
  try {
    const answer = await attempt(writing);
    await writing.db.executeQuery(RELEASE);
    return answer;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    await writing.db.executeQuery(ROLLBACK);
    await writing.db.executeQuery(RELEASE);
    goBack();
    return () => reject(error);
  }
}
