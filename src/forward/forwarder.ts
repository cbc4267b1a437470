import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as timer } from 'node:timers/promises';
import { readFileLines } from './file-source.ts';
import type { Log } from './log.ts';
import type { Posting } from './post.ts';
import { openProgress } from './progress.ts';
import { openRefusedFile } from './refused-file.ts';
import { keepSending } from './sender.ts';
import { type SocketSource, takePosts } from './socket-source.ts';
import { lockSpool } from './spool-lock.ts';
import { openSpool } from './spool.ts';
import { readStream } from './stdin-source.ts';

/** A batch on its way when it is to stop gets so long; it would be sent again by the next forwarder. */
const LAST_BATCH_MS = 5_000;

export interface ForwarderOptions {
  /** Its own directory, which is made when it is missing. */
  spool: string;
  /** Bytes on the disk from which on sources wait. */
  limit: number;
  posting: Posting;
  gzip: boolean;
  files: readonly string[];
  stdin: Readable | null;
  /** The path of the socket; null for none. */
  socket: string | null;
  log: Log;
}

export interface Forwarder {
  /** Resolves when all sources have ended, which only a stream does, and all is delivered. */
  ended: Promise<void>;
  /** Reads no more, lets the batch on its way be answered, and leaves the rest to the next forwarder. */
  stop(): Promise<void>;
}

/** Faults: `spool_in_use`, `progress_unreadable`, `socket_path_too_long`, `socket_unusable`. */
export async function startForwarder(options: ForwarderOptions): Promise<Forwarder> {
  await mkdir(options.spool, { recursive: true, mode: 0o700 });
  const unlock = await lockSpool(options.spool);
  try {
    return await startLocked(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function startLocked(
  { spool: directory, limit, log, posting, ...options }: ForwarderOptions,
  unlock: () => Promise<void>,
): Promise<Forwarder> {
  const progress = await openProgress(directory);
  const refused = await openRefusedFile(directory);
  const { acknowledged } = progress.current();
  const spool = await openSpool({ directory, limit, acknowledged, log });
  const [stopper, breaker] = [new AbortController(), new AbortController()];
  const stopping = stopper.signal;
  const taking = { spool, now: posting.now, log, stopping };

  const socket: SocketSource | null =
    options.socket === null ? null : await takePosts(options.socket, taking);
  const sources = [
    ...options.files.map((path) => readFileLines(path, taking)),
    ...(options.stdin ? [readStream(options.stdin, taking)] : []),
  ];
  let isOver = false;
  const read = Promise.all(sources).then(() => (isOver = socket === null));
  const sent = keepSending({
    ...{ spool, refused, progress, posting, log, stopping, gzip: options.gzip },
    broken: breaker.signal,
    random: Math.random,
    sleep: (ms, signal) => timer(ms, undefined, { signal }).catch(() => undefined),
    isOver: () => isOver,
  });
  return {
    ended: sent,
    stop: async () => {
      const late = setTimeout(() => breaker.abort(), LAST_BATCH_MS);
      stopper.abort();
      await Promise.all([read, socket?.stop(), sent]);
      clearTimeout(late);
      await spool.close();
      await unlock();
    },
  };
}
