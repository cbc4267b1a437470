/** The development server skips HTTP security checks and knows no authentication: it is for this machine alone. */
export const LOOPBACK = '127.0.0.1';

/**
 * Server settings that differ from the defaults; `deploy/temporal/dynamic-config.yaml` gives a cluster the same.
 * A queue reader polls 20 times a second and shard by default, and this server has one shard: every step of a workflow
 * would wait up to 50 ms. One partition per task queue keeps priorities global, since they are ordered per partition.
 */
export const DYNAMIC_CONFIG = {
  'system.enableActivityEagerExecution': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 500,
  'history.visibilityProcessorMaxPollRPS': 100,
} as const;

/** What SQLite is told: a commit survives the loss of power, and readers do not wait for it. */
const SQLITE_PRAGMAS = { journal_mode: 'WAL', synchronous: 'FULL' } as const;

/**
 * The command line of `temporal` for the embedded engine. Retention and search attributes are not on it:
 * the server ignores them once the data file exists.
 */
export function devServerFlags(options: {
  dataFile: string;
  port: number;
  uiPort: number;
}): string[] {
  return [
    ['server', 'start-dev'],
    ['--ip', LOOPBACK, '--port', String(options.port)],
    ['--ui-ip', LOOPBACK, '--ui-port', String(options.uiPort), '--ui-disable-news-fetch'],
    ['--db-filename', options.dataFile],
    Object.entries(SQLITE_PRAGMAS).flatMap((pair) => ['--sqlite-pragma', pair.join('=')]),
    Object.entries(DYNAMIC_CONFIG).flatMap((pair) => ['--dynamic-config-value', pair.join('=')]),
    ['--log-level', 'warn', '--log-format', 'json', '--color', 'never'],
  ].flat();
}
