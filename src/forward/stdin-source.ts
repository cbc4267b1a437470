import type { Readable } from 'node:stream';
import { createLineCutter, type Cut } from './line-cutter.ts';
import { entryOf, roomIn, takeSurely, type Taking } from './take.ts';

const SOURCE = 'stdin';

/**
 * Spools the lines of a stream until it ends or is told to stop. While the spool is full nothing is read, and whoever writes
 * into the pipe waits. Never rejects.
 */
export async function readStream(stream: Readable, taking: Taking): Promise<void> {
  const { log, stopping } = taking;
  const cutter = createLineCutter();
  stream.on('error', (error) => log.error({ source: SOURCE, err: error }, 'standard input failed'));
  while (!stopping.aborted) {
    const chunk = readOf(stream);
    if (chunk !== null) await take(cutter.cut(chunk), taking);
    else if (stream.readableEnded || stream.destroyed) break;
    else await stirred(stream, stopping);
    await roomIn(taking, SOURCE);
  }
  // A pipe keeps nothing: what has left it already is taken along, the beginning of a line as well.
  for (let chunk = readOf(stream); chunk !== null; chunk = readOf(stream)) {
    await take(cutter.cut(chunk), taking);
  }
  stream.destroy();
  await take(cutter.rest(), taking);
}

async function take(cuts: readonly Cut[], taking: Taking): Promise<void> {
  for (const cut of cuts) {
    if (await takeSurely(taking, entryOf(cut, SOURCE, taking.now(), null))) continue;
    const lines = cut.kind === 'lines' ? cut.count : 1;
    taking.log.error({ source: SOURCE, lines }, 'lines are lost');
  }
}

function readOf(stream: Readable): Buffer | null {
  const chunk: unknown = stream.read();
  return Buffer.isBuffer(chunk) ? chunk : null;
}

/** Resolves when there may be something to be read, or never will be again. */
function stirred(stream: Readable, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      for (const event of EVENTS) stream.off(event, wake);
      stopping.removeEventListener('abort', wake);
      resolve();
    };
    for (const event of EVENTS) stream.on(event, wake);
    stopping.addEventListener('abort', wake);
  });
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const;
