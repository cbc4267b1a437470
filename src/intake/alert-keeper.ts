import type { AlertLog } from '../domain/alert-log.ts';
import type { Log } from './log.ts';

/** How often what was only counted is looked for: a person sees a flood grow this late. */
const SETTLE_EVERY_MS = 1_000;

/** How often lists are held to their bounds: between two times a flood may exceed them. */
const TIDY_EVERY_MS = 10_000;

export interface AlertKeeper {
  stop(): Promise<void>;
}

export interface AlertKeeperDeps {
  alerts: Pick<AlertLog, 'settle' | 'tidy'>;
  now: () => number;
  log: Log;
}

/** Sees to it that counted alerts become entries, and that what is listed stays within its bounds. */
export function startAlertKeeper({ alerts, now, log }: AlertKeeperDeps): AlertKeeper {
  const settling = repeat(
    SETTLE_EVERY_MS,
    () => alerts.settle(now()),
    (error) => log.warn({ err: error }, 'counted alerts could not be written'),
  );
  const tidying = repeat(
    TIDY_EVERY_MS,
    () => alerts.tidy(now()),
    (error) => log.warn({ err: error }, 'the lists of alerts could not be tidied'),
  );
  return {
    stop: async () => {
      await Promise.all([settling.stop(), tidying.stop()]);
    },
  };
}

/** Never twice at once: a slow ledger is not asked more. */
function repeat(everyMs: number, work: () => Promise<unknown>, failed: (error: unknown) => void) {
  let working: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    working ??= work()
      .catch(failed)
      .finally(() => (working = undefined));
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}
