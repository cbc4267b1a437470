import { Connection } from '@temporalio/client';
import { inject, onTestFinished } from 'vitest';
import { type DevServer, startDevServer } from '../../src/engine/dev-server.ts';
import { ownPorts } from '../support/own-ports.ts';
import { keepingLog } from './scratch.ts';

/** For tests with the real server: a start takes half a second on an idle machine, and this one may be busy. */
export const SLOWLY = { timeout: 60_000 };

/** The real server on free ports, for as long as the test. */
export async function start(
  home: string,
  given: { port?: number; uiPort?: number; command?: string } = {},
): Promise<DevServer> {
  const [port = 0, uiPort = 0] = await ownPorts(2);
  const server = await startDevServer({
    home,
    port: given.port ?? port,
    uiPort: given.uiPort ?? uiPort,
    command: given.command ?? inject('temporal'),
    log: keepingLog(),
  });
  onTestFinished(() => server.stop());
  return server;
}

/** A connection for as long as the test. */
export async function connect(server: DevServer): Promise<Connection> {
  const connection = await Connection.connect({ address: server.address });
  onTestFinished(() => connection.close());
  return connection;
}
