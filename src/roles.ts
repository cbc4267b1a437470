import { setTimeout as delay } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { readConfig, type Config, type Env } from './config.ts';
import { bootstrap } from './engine/bootstrap.ts';
import { followPolicy, layFoundation } from './foundation.ts';
import { createLog } from './log.ts';
import { startPracticeHost } from './practice-host.ts';
import { enrolPracticeHost } from './practice-enrolment.ts';
import { layPracticeBaseline } from './range/baseline/practice-baseline.ts';
import { startRange } from './range/range.ts';
import { startServer } from './server.ts';
import { untilAskedToStop } from './stop-signals.ts';
import { clientOn, connectLazily, connectNative, quietEngineLibrary } from './temporal.ts';
import { bundleWorkflows, startWorker } from './worker.ts';

/** How often an engine, or a first policy, is looked for. */
const LOOK_EVERY_MS = 1_000;

/** The API, the dispatcher, the reflex and the notifier. Starts without an engine. */
export async function runServer(env: Env): Promise<void> {
  const { config, log } = begin(env, 'server');
  const asked = untilAskedToStop();
  const foundation = await layFoundation(config, log);
  const connection = connectLazily(config);
  await foundation.policy.reload('cordon');
  await enrolPracticeHost(foundation);
  const server = await startServer(foundation, clientOn(connection, config), { eager: false });
  log.info({ url: server.url }, 'listening');
  await asked;
  await server.stop();
  await connection.close();
  await foundation.close();
}

/** Workflows and activities. Waits for an engine and for the policy that a server puts in force. */
export async function runWorker(env: Env): Promise<void> {
  const { config, log } = begin(env, 'worker');
  const library = quietEngineLibrary(log);
  try {
    await work(config, log);
  } finally {
    await library.close();
  }
}

async function work(config: Config, log: Logger): Promise<void> {
  const asked = untilAskedToStop();
  const foundation = await layFoundation(config, log);
  const bundle = await bundleWorkflows();
  const connection = await patiently(() => connectNative(config), log, 'no engine yet');
  const policy = await patiently(
    async () => {
      const following = await followPolicy(foundation.policy, log);
      foundation.policy.current();
      return following;
    },
    log,
    'no policy in force yet',
  );
  const worker = await patiently(
    () => startWorker(foundation, connection, bundle),
    log,
    'the namespace is not ready yet',
  );
  log.info({ namespace: config.TEMPORAL_NAMESPACE }, 'working');
  await Promise.race([asked, worker.ended]);
  await worker.stop();
  policy.stop();
  await connection.close();
  await foundation.close();
}

/** Makes an engine ready: its namespace, retention and search attributes. Ends when it is. */
export async function runBootstrap(env: Env): Promise<void> {
  const { config, log } = begin(env, 'bootstrap');
  const connection: NativeConnection = await patiently(
    () => connectNative(config),
    log,
    'no engine yet',
  );
  await bootstrap(connection, {
    namespace: config.TEMPORAL_NAMESPACE,
    retentionDays: config.CORDON_RETENTION_DAYS,
  });
  await connection.close();
}

/** The practice range by itself. Ends when it is asked to, or when whoever started it is gone. */
export async function runRange(env: Env): Promise<void> {
  const { config, log } = begin(env, 'range');
  const range = await startRange({
    home: config.CORDON_HOME,
    attestorPort: config.CORDON_RANGE_ATTESTOR_PORT,
    integrityPort: config.CORDON_RANGE_INTEGRITY_PORT,
    host: () => startPracticeHost(config, log),
    log: (message) => log.info({}, message),
  });
  await layPracticeBaseline(config.CORDON_HOME, (message) => log.warn({}, message));
  process.stdout.write('the practice range is open\n');
  await Promise.race([untilAskedToStop(), untilInputCloses()]);
  await range.stop();
}

function begin(env: Env, name: string): { config: Config; log: Logger } {
  const config = readConfig(env);
  return { config, log: createLog(config.LOG_LEVEL, `cordon-${name}`) };
}

/** Tries until it works: the parts of a cluster start in any order. */
async function patiently<T>(attempt: () => Promise<T>, log: Logger, problem: string): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      log.warn({ err: error }, problem);
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** A terminal does not count: a person ends the range with Ctrl-C. */
function untilInputCloses(): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdin.isTTY) return;
    process.stdin.on('end', resolve).on('close', resolve).resume();
  });
}
