import type { Write, Writing } from './group-commit.ts';
import { projectNext } from './kept-projection.ts';

/** Decides over what is kept: with all that the ledger says, and with nobody else writing meanwhile. */
export type Decide = <T>(unit: (writing: Writing) => Promise<T>) => Promise<T>;

export function createDecide(write: Write): Decide {
  return async (unit) => {
    // The bulk of what is new in transactions of its own: others have something to write too.
    while (await write(projectNext));
    return write(async (writing) => {
      await projectAll(writing);
      const decided = await unit(writing);
      await projectAll(writing);
      return decided;
    });
  };
}

async function projectAll(writing: Writing): Promise<void> {
  while (await projectNext(writing));
}
