import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { scheduleSweeps } from './adapters/engine/schedules.ts';

/** A sweep is due at the earliest in an hour: this is soon enough. */
const TRY_EVERY_MS = 60_000;

/** Tries until the schedules are as they should be. Incidents are worked on meanwhile, whatever becomes of it. */
export function keepSweepsScheduled(client: Client, log: Logger): { stop(): Promise<void> } {
  const stopper = new AbortController();
  const { signal } = stopper;
  const scheduling = (async () => {
    while (!signal.aborted) {
      try {
        return await scheduleSweeps(client);
      } catch (error) {
        log.warn({ err: error }, 'the sweeps could not be scheduled');
      }
      await delay(TRY_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopper.abort();
      await scheduling;
    },
  };
}
