import { setTimeout as timer } from 'node:timers/promises';
import type { Step } from './following.ts';
import { createTail, type Tail } from './tail.ts';
import { entryOf, takeSurely, type Taking } from './take.ts';

/** How late a line may be seen, and how long a file that is truncated may be unread before that. */
const LOOK_EVERY_MS = 200;

/** Reads between two looks: a file that is far behind must not hide what becomes of it. */
const READS_A_LOOK = 16;

/** Spools what is written to a log file, until it is told to stop. Never rejects. */
export async function readFileLines(path: string, taking: Taking): Promise<void> {
  const { spool, log, now, stopping } = taking;
  const source = `file:${path}`;
  const tail = createTail(path, spool.position(source), now);
  let complaint = '';
  let waited = false;
  while (!stopping.aborted) {
    const wasFull = waited;
    let isBehind = false;
    try {
      await take(taking, source, await tail.look());
      isBehind = spool.hasRoom() && (await readSome(taking, source, tail));
      waited = !spool.hasRoom();
      complaint = '';
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (said !== complaint) log.error({ source, err: error }, 'the file cannot be read now');
      complaint = said;
    }
    if (waited && !wasFull)
      log.warn({ source, bytes: spool.bytes() }, 'the spool is full: the file waits');
    if (!isBehind) await pause(stopping);
  }
  await tail.close();
}

/** Whether there may be more at once. */
async function readSome(taking: Taking, source: string, tail: Tail): Promise<boolean> {
  for (let reads = 0; reads < READS_A_LOOK; reads += 1) {
    const steps = await tail.next();
    if (steps.length === 0) return false;
    await take(taking, source, steps);
    if (!taking.spool.hasRoom() || taking.stopping.aborted) return false;
  }
  return true;
}

/** In order: where one is not taken because it is time to stop, none behind it is. */
async function take(taking: Taking, source: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (!(await takeSurely(taking, entryFor(step, source, taking.now())))) return;
    if (step.lost) taking.log.error({ source, ...step.lost }, 'lines are lost');
  }
}

function entryFor({ cut, lost, position }: Step, source: string, at: number) {
  if (cut) return entryOf(cut, source, at, position);
  const common = { source, at, position };
  if (lost) return { frame: { kind: 'dropped' as const, ...common, count: 1, ...lost } };
  return { frame: { kind: 'lines' as const, ...common, count: 0 } };
}

async function pause(stopping: AbortSignal): Promise<void> {
  await timer(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
}
