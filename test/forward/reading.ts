import { onTestFinished } from 'vitest';
import type { Step } from '../../src/forward/following.ts';
import type { Position } from '../../src/forward/position.ts';
import { createTail, type Tail } from '../../src/forward/tail.ts';

/** A tail as a forwarder has it: what it has read, and where to it has come. */
export function reading(log: string, position: Position | null = null) {
  const tail: Tail = createTail(log, position, () => Date.now());
  onTestFinished(() => tail.close());
  let at = position;
  const note = (steps: readonly Step[]) =>
    steps.flatMap<unknown>(({ cut, lost, position: reached }) => {
      at = reached;
      if (lost) return [{ ...lost }];
      if (cut === undefined) return [];
      return cut.kind === 'lines' ? cut.bytes.toString().split('\n') : [`${cut.size} bytes`];
    });
  return {
    position: () => at,
    /** All that can be read now. */
    all: async () => {
      const said: unknown[] = [];
      // The second look is for what the first has found to be there as well.
      for (let look = 0; look < 3; look += 1) {
        said.push(...note(await tail.look()));
        for (let steps = await tail.next(); steps.length > 0; steps = await tail.next()) {
          said.push(...note(steps));
        }
      }
      return said;
    },
    /** Without reading, as while the spool is full. */
    look: async () => note(await tail.look()),
    /** Another one, as after the process was killed. */
    again: () => reading(log, at),
  };
}
