import { bootstrap } from './engine/bootstrap.ts';
import { startDevServer, type DevServer } from './engine/dev-server.ts';
import { findTemporal } from './engine/find.ts';
import { readConfig, type Config, type Env } from './config.ts';
import { placeOfEvidence } from './evidence-store.ts';
import { layFoundation } from './foundation.ts';
import { createLog } from './log.ts';
import { enrolPracticeHost } from './practice-enrolment.ts';
import { startRangeProcess } from './range-process.ts';
import { startServer } from './server.ts';
import { untilAskedToStop } from './stop-signals.ts';
import { clientOn, connectNative, engineAddress, quietEngineLibrary } from './temporal.ts';
import { bundleWorkflows, startWorker } from './worker.ts';
import type { Logger } from 'pino';

export interface Installation {
  url: string;
  uiUrl: string;
  home: string;
  stop(): Promise<void>;
}

/** Everything on one machine, until it is asked to stop. */
export async function runUp(env: Env): Promise<void> {
  const config = readConfig(env);
  const log = createLog(config.LOG_LEVEL, 'cordon');
  const library = quietEngineLibrary(log);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const asked = untilAskedToStop();
  try {
    const installation = await bringUp(env, log, say);
    process.stdout.write(whereEverythingIs(config, installation));
    await asked;
    say('stopping: what is contained stays contained');
    await installation.stop();
  } finally {
    await library.close();
  }
}

/**
 * Brings up the engine, the practice range, the worker and the server, in this order, and takes them down in the
 * other. What was started stays startable again on the same CORDON_HOME.
 */
export async function bringUp(
  env: Env,
  log: Logger,
  say: (line: string) => void,
): Promise<Installation> {
  const config = readConfig(env);
  const started: { stop(): Promise<void> | void }[] = [];
  const stop = async () => {
    for (const part of started.splice(0).toReversed()) await part.stop();
  };
  const keep = <T extends { stop(): Promise<void> | void }>(part: T): T => {
    started.push(part);
    return part;
  };
  try {
    const bundling = bundleWorkflows();
    bundling.catch(() => undefined);
    const engine =
      config.TEMPORAL_ADDRESS === '' ? keep(await startEngine(config, env, log, say)) : null;
    keep(await startRangeProcess(env, log));
    const foundation = await layFoundation(config, log);
    keep({ stop: () => foundation.close() });
    const connection = await connectNative(config);
    keep({ stop: () => connection.close() });
    const { CORDON_RETENTION_DAYS: retentionDays, TEMPORAL_NAMESPACE: namespace } = config;
    await bootstrap(connection, { namespace, retentionDays });
    await foundation.policy.reload('cordon');
    await enrolPracticeHost(foundation);
    const worker = keep(await startWorker(foundation, connection, await bundling));
    worker.ended.catch((error: unknown) => log.fatal({ err: error }, 'the worker failed'));
    const server = keep(
      await startServer(foundation, clientOn(connection, config), { eager: true }),
    );
    return { url: server.url, uiUrl: engine?.uiUrl ?? '', home: config.CORDON_HOME, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startEngine(
  config: Config,
  env: Env,
  log: Logger,
  say: (line: string) => void,
): Promise<DevServer> {
  const temporal = await findTemporal({ env: { ...env }, say });
  return startDevServer({
    home: config.CORDON_HOME,
    port: config.TEMPORAL_PORT,
    uiPort: config.TEMPORAL_UI_PORT,
    command: temporal.command,
    log,
  });
}

function whereEverythingIs(config: Config, { url, uiUrl, home }: Installation): string {
  const rows = [
    ['API', url, 'curl it; GET /docs is its manual'],
    ['Temporal Web UI', uiUrl || '(of the given server)', `namespace ${config.TEMPORAL_NAMESPACE}`],
    ['Temporal', engineAddress(config), ''],
    ['tokens', `${home}/tokens`, 'admin is you; the others are detectors'],
    [
      'ledger',
      config.DATABASE_URL.replace(/:[^:@/]*@/, ':…@'),
      `mirrored to ${config.AUDIT_LOG_PATH}`,
    ],
    ['evidence', placeOfEvidence(config), ''],
  ];
  const lines = rows.map(([name = '', place = '', what = '']) =>
    `  ${name.padEnd(16)} ${place}${what === '' ? '' : `   ${what}`}`.trimEnd(),
  );
  const next = './cordon drill attestation_failure';
  return `\nCordon is up.\n\n${lines.join('\n')}\n\nTry it: ${next}\nCtrl-C stops everything.\n\n`;
}
