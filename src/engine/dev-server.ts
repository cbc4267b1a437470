import { mkdir, readFile } from 'node:fs/promises';
import { dataFileIsComplete, guardDataFile } from './data-file.ts';
import { engineFault } from './engine-fault.ts';
import { engineFiles, type EngineFiles } from './engine-files.ts';
import type { EngineLog } from './engine-log.ts';
import { devServerFlags, LOOPBACK } from './flags.ts';
import { requireFreePort } from './free-port.ts';
import { keepAlive } from './keep-alive.ts';
import { endOrphan, forgetServer, recordServer } from './orphan.ts';
import { untilReady } from './ready.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { readVersion } from './temporal-version.ts';

/** The server's last words that go into the error, in characters. */
const LAST_WORDS = 600;

export interface DevServerOptions {
  /** CORDON_HOME: the server's files live in `<home>/temporal`. */
  home: string;
  port: number;
  uiPort: number;
  /** The Temporal CLI, as `findTemporal` gives it. */
  command: string;
  log: EngineLog;
}

export interface DevServer {
  /** `host:port` of the gRPC frontend. */
  address: string;
  /** URL of the Temporal Web UI. */
  uiUrl: string;
  /** The process now serving; another one after a death. */
  pid(): number;
  /** Ends the server and forgets it; the data file stays. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded engine on its data file and keeps it running until stopped; resolves when it answers.
 * Throws a Fault: `engine_home_in_use`, `engine_port_in_use`, `engine_data_version`, `engine_not_ready`.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const { home, port, uiPort, command, log } = options;
  const files = engineFiles(home);
  const address = `${LOOPBACK}:${port}`;
  const version = await readVersion(command);

  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  await endOrphan(files, log);
  await requireFreePort(port, 'TEMPORAL_PORT');
  await requireFreePort(uiPort, 'TEMPORAL_UI_PORT');
  await guardDataFile(files, version.server);

  const flags = devServerFlags({ dataFile: files.data, port, uiPort });
  const server = await keepAlive(
    (stopping) => launch({ command, flags, files, address, stopping }),
    log,
  );
  await dataFileIsComplete(files, version.server);

  return {
    address,
    uiUrl: `http://${LOOPBACK}:${uiPort}`,
    pid: () => server.pid(),
    stop: async () => {
      await server.stop();
      await forgetServer(files);
    },
  };
}

/** One life of the server: from its process to its first answer. */
async function launch(given: {
  command: string;
  flags: readonly string[];
  files: EngineFiles;
  address: string;
  stopping: AbortSignal;
}): Promise<ServerProcess> {
  const server = await startServerProcess(given.command, given.flags, given.files.log);
  const death = new AbortController();
  void server.exited.then((cause) => death.abort(cause));
  try {
    await recordServer(given.files, server.pid);
    await untilReady(given.address, AbortSignal.any([given.stopping, death.signal]));
    return server;
  } catch (error) {
    await server.end();
    await forgetServer(given.files);
    if (!death.signal.aborted) throw error;
    throw engineFault(
      'engine_not_ready',
      `the Temporal server ended at its start (${await server.exited}): ${await lastWords(given.files)}`,
      error,
    );
  }
}

async function lastWords(files: EngineFiles): Promise<string> {
  const said = await readFile(files.log, 'utf8').catch(() => '');
  return said.trimEnd().slice(-LAST_WORDS);
}
