import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineLog } from './engine-log.ts';
import type { ServerProcess } from './server-process.ts';

/** A killed server is back before a client has noticed; one that cannot start does not eat the machine. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** A server that ran this long was well: its next death starts with the first pause again. */
const WELL_AFTER_MS = 60_000;

export interface KeptAlive {
  /** The process now serving, or the last that did. */
  pid(): number;
  stop(): Promise<void>;
}

/**
 * Launches a server and launches it again whenever it dies, until stopped.
 * The first launch is the caller's to see fail; later ones are repeated for as long as it takes.
 */
export async function keepAlive(
  launch: (signal: AbortSignal) => Promise<ServerProcess>,
  log: EngineLog,
): Promise<KeptAlive> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let server = await launch(signal);
  let launchedAt = performance.now();
  let pause = FIRST_PAUSE_MS;

  const watching = watch();

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      const cause = await server.exited;
      if (signal.aborted) return;
      log.error({ pid: server.pid, cause }, 'the Temporal server died; starting it again');
      if (performance.now() - launchedAt > WELL_AFTER_MS) pause = FIRST_PAUSE_MS;
      await relaunch();
    }
  }

  async function relaunch(): Promise<void> {
    while (!signal.aborted) {
      try {
        await sleep(pause, undefined, { signal });
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        server = await launch(signal);
        launchedAt = performance.now();
        log.info({ pid: server.pid }, 'the Temporal server is back');
        return;
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, 'the Temporal server did not start');
      }
    }
  }

  return {
    pid: () => server.pid,
    stop: async () => {
      stopping.abort();
      await server.end();
      await watching;
      // A launch that was just completing has put another one in its place.
      await server.end();
    },
  };
}
