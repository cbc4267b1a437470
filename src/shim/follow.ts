import { once } from 'node:events';
import type { Response } from 'express';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Tail } from './tail.ts';

/** Proxies close what is silent for a minute; a dead peer is noticed by the write. */
const HEARTBEAT_EVERY_MS = 15_000;

/** A follower that takes nothing for so long is let go: it resumes by the last id that it has seen. */
const SLOW_AFTER_MS = 10_000;

/** How soon a browser tries again. */
const RETRY_MS = 1_000;

/**
 * Sends every entry after `seq` as a server-sent event, live, until the caller goes, is too slow, or we stop. `whose`: the
 * principal that follows; the entry that revokes it is the last that it is sent.
 */
export async function follow(
  tail: Tail,
  seq: number,
  response: Response,
  slowAfterMs = SLOW_AFTER_MS,
  whose = '',
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort('gone'));
  const over = AbortSignal.any([gone.signal, tail.stopped]);
  const bell = createBell();
  over.addEventListener('abort', bell.ring);
  const leave = tail.onMore(bell.ring);
  const heartbeat = setInterval(() => void response.write(': alive\n\n'), HEARTBEAT_EVERY_MS);
  try {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`retry: ${RETRY_MS}\n\n`);
    await send({ tail, response, bell, over, slowAfterMs, whose }, seq);
  } finally {
    clearInterval(heartbeat);
    leave();
    response.end();
  }
}

interface Stream {
  tail: Tail;
  response: Response;
  bell: Bell;
  over: AbortSignal;
  slowAfterMs: number;
  whose: string;
}

async function send(stream: Stream, from: number): Promise<void> {
  let seq = from;
  while (!stream.over.aborted) {
    const rung = stream.bell.next();
    const entries = await stream.tail.after(seq);
    if (entries.length === 0) await rung;
    for (const entry of entries) {
      if (!(await write(stream, entry)) || isRevoked(stream, entry)) return;
      seq = entry.seq;
    }
  }
}

/** Whoever was let in again since comes back, behind this entry. */
function isRevoked({ whose }: Stream, { type, body }: LedgerEntry): boolean {
  return type === 'principal_revoked' && whose !== '' && body['name'] === whose;
}

/** False when the follower has gone, or was let go for being too slow. */
async function write(
  { response, over, slowAfterMs }: Stream,
  entry: LedgerEntry,
): Promise<boolean> {
  const data = JSON.stringify(entry);
  if (response.write(`id: ${entry.seq}\nevent: ${entry.type}\ndata: ${data}\n\n`)) return true;
  try {
    const signal = AbortSignal.any([over, AbortSignal.timeout(slowAfterMs)]);
    await once(response, 'drain', { signal });
    return true;
  } catch {
    response.destroy();
    return false;
  }
}

interface Bell {
  ring: () => void;
  /** Resolves at the next ring after this call. */
  next: () => Promise<void>;
}

function createBell(): Bell {
  let waiting = Promise.withResolvers<void>();
  return {
    next: () => waiting.promise,
    ring: () => {
      waiting.resolve();
      waiting = Promise.withResolvers<void>();
    },
  };
}
