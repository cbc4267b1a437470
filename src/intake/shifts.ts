import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { oneAtATime } from '../domain/one-at-a-time.ts';

/** Whatever else a process does, containment among it, takes many turns: none of them may become much longer than this. */
const SHIFT_MS = 5;
/** Between shifts while something has to be contained: four fifths of the time are its own. */
const GIVEN_MS = 4 * SHIFT_MS;

/** Work of many parts beside what cannot wait: in each turn of the process one shift of it, whoever has brought it. */
export interface Shifts {
  /** Does what is one part. */
  one<Made>(work: () => Made): Promise<Made>;
  /** Does each part in order; who brings few does not wait for all parts of the others. Rejects with what `work` throws. */
  each<Part, Made>(
    parts: readonly Part[],
    work: (part: Part, index: number) => Made,
  ): Promise<Made[]>;
}

/** `givesWay`: whether there is something that most of the time is to be left to. */
export function createShifts(givesWay: () => boolean): Shifts {
  const inTurn = oneAtATime();
  let endsMs = 0;

  const begin = async () => {
    if (performance.now() < endsMs) return;
    await (givesWay() ? delay(GIVEN_MS) : nextTurn());
    endsMs = performance.now() + SHIFT_MS;
  };

  return {
    one: (work) =>
      inTurn(async () => {
        await begin();
        return work();
      }),
    each: async <Part, Made>(
      parts: readonly Part[],
      work: (part: Part, index: number) => Made,
    ): Promise<Made[]> => {
      const made: Made[] = [];
      // The iterator of a list goes on where a loop has left it.
      const rest = parts.entries();
      while (made.length < parts.length) {
        await inTurn(async () => {
          await begin();
          for (const [index, part] of rest) {
            made.push(work(part, index));
            if (performance.now() >= endsMs) break;
          }
        });
      }
      return made;
    },
  };
}
