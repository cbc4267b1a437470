import { type Client, Connection } from '@temporalio/client';
import { bootstrap } from '../../src/engine/bootstrap.ts';
import { type DevServer, startDevServer } from '../../src/engine/dev-server.ts';
import { findTemporal } from '../../src/engine/find.ts';
import { clientOn } from '../../src/temporal.ts';
import { readConfig } from '../../src/config.ts';
import { byPid, type Part } from '../support/processes.ts';

const NOTHING = () => {};
const QUIET = { info: NOTHING, warn: NOTHING, error: NOTHING };

export interface EnginePart extends Part {
  /** Calls `use` with a client of the incidents' namespace. */
  asClient<T>(use: (client: Client) => Promise<T>): Promise<T>;
}

/** The Temporal server on the data file of `home`; ready for incidents once it has started. */
export function enginePart(place: { home: string; port: number; uiPort: number }): EnginePart {
  const config = readConfig({ TEMPORAL_ADDRESS: `127.0.0.1:${place.port}` });
  const namespace = config.TEMPORAL_NAMESPACE;
  let running: DevServer | null = null;

  return {
    name: 'engine',
    start: async () => {
      const { command } = await findTemporal({ env: process.env, say: NOTHING });
      running = await startDevServer({ ...place, command, log: QUIET });
      await withConnection(running.address, (connection) =>
        bootstrap(connection, { namespace, retentionDays: 1 }),
      );
    },
    kill: async () => {
      const server = running;
      running = null;
      if (server === null) return;
      process.kill(server.pid(), 'SIGKILL');
      // Or it would be started again, as an installation wants it.
      await server.stop();
    },
    ...byPid(() => pidOf(running)),
    asClient: (use) =>
      withConnection(config.TEMPORAL_ADDRESS, (connection) => use(clientOn(connection, config))),
  };
}

function pidOf(server: DevServer | null): number {
  if (server === null) throw new Error('the engine does not run');
  return server.pid();
}

async function withConnection<T>(
  address: string,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({
    address,
    channelArgs: { 'grpc.enable_http_proxy': 0 },
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
