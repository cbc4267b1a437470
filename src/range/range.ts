import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { agent } from './agent.ts';
import { airlock } from './airlock.ts';
import { createRangeAttestor } from './attestor.ts';
import { createAuthorizer } from './authorizer.ts';
import { createFaultBox } from './faults.ts';
import { createExtensionRuntime } from './extension-runtime/runtime.ts';
import { createHost, type HostParts } from './host.ts';
import { containers } from './containers.ts';
import { edge } from './edge.ts';
import { gate } from './gate.ts';
import { integrity } from './integrity.ts';
import { listenOnPort, listenOnSocket } from './listen.ts';
import { registry } from './registry.ts';
import { ATTESTOR_KEY_FILE, ensureSecret, tokenFile, VAULT_PASSPHRASE_FILE } from './secrets.ts';
import { createConnect } from './secrets/connect.ts';
import { createIssuer } from './secrets/issuer.ts';
import { FIRST_SECRETS_FILE } from './secrets/practice-secrets.ts';
import type { RangeName, RangeService } from './service.ts';
import { openRegistry } from './spire/registry.ts';
import { createSpireAgent } from './spire/spire-agent.ts';
import { startSpireServer } from './spire/spire-server.ts';
import { state } from './state.ts';
import { createStandIn, type StandIn } from './stand-in.ts';
import { openRangeStore, type RangeStore } from './store.ts';
import { SVID_KEY_FILE } from './svid.ts';
import { createVault } from './vault.ts';

/** Where the runbook's commands look for them. */
const DEFAULT_ATTESTOR_PORT = 8505;
const DEFAULT_INTEGRITY_PORT = 8510;

export interface RangeOptions {
  /** CORDON_HOME: sockets in run/, state in range/, secrets in tokens/ and keys/. */
  home: string;
  /** Loopback ports beside the sockets, because people curl these two; 0: none. */
  attestorPort?: number;
  integrityPort?: number;
  /** Starts the parts of the practice host once the range has its home to itself; null: there is no host. */
  host?: () => Promise<HostParts | null>;
  log?: (message: string) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export interface Range {
  stop(): Promise<void>;
}

/** The socket of a service of the range on this CORDON_HOME. */
export function rangeSocket(home: string, name: RangeName): string {
  return join(home, 'run', `${name}.sock`);
}

/** Starts every stand-in, or none. Throws a Fault that says what is in the way. */
export async function startRange(options: RangeOptions): Promise<Range> {
  const { home, log = () => undefined, now = Date.now } = options;
  for (const folder of ['run', 'range']) {
    mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
  }
  const ports: Partial<Record<RangeName, number>> = {
    attestor: options.attestorPort ?? DEFAULT_ATTESTOR_PORT,
    integrity: options.integrityPort ?? DEFAULT_INTEGRITY_PORT,
  };
  const running: Running = { servers: [], stores: [], spire: null, host: null };
  try {
    for (const service of servicesOf(home, now)) {
      await startService(home, service, ports[service.name] ?? 0, log, running);
    }
    await startSpire(home, now, log, running);
    running.host = (await options.host?.()) ?? null;
    if (running.host !== null) {
      const host = createHost(running.host, ensureSecret(home, tokenFile('host')));
      await startService(home, host, 0, log, running);
    }
  } catch (error) {
    await stop(running);
    throw error;
  }
  return { stop: () => stop(running) };
}

interface Running {
  servers: Server[];
  stores: RangeStore[];
  spire: { stop(): void } | null;
  host: HostParts | null;
}

function servicesOf(home: string, now: () => number): RangeService[] {
  const vault = createVault(ensureSecret(home, VAULT_PASSPHRASE_FILE));
  const attestor = createRangeAttestor(ensureSecret(home, ATTESTOR_KEY_FILE), now);
  const authorizer = createAuthorizer(ensureSecret(home, SVID_KEY_FILE), now);
  const extensions = createExtensionRuntime(now);
  const firstSecrets = ensureSecret(home, FIRST_SECRETS_FILE);
  return [
    ...[agent, airlock, vault, registry, attestor, integrity, authorizer],
    ...[
      extensions,
      state,
      gate,
      containers,
      edge,
      createConnect(firstSecrets, now),
      createIssuer(firstSecrets),
    ],
  ];
}

/** The one service that is two: a server with its own protocol, and the agent of the node. */
async function startSpire(
  home: string,
  now: () => number,
  log: (message: string) => void,
  running: Running,
): Promise<void> {
  const store = openRangeStore(home, 'spire');
  running.stores.push(store);
  const [registered, faults] = [openRegistry(store), createFaultBox()];
  running.spire = await startSpireServer(join(home, 'run', 'spire.sock'), registered, faults);
  const svidKey = ensureSecret(home, SVID_KEY_FILE);
  const agentOfNode = createSpireAgent({ registry: registered, faults, svidKey, now });
  await startService(home, agentOfNode, 0, log, running);
}

/** Notes each part as soon as it runs, so that a failure half-way leaves nothing behind. */
async function startService(
  home: string,
  service: RangeService,
  port: number,
  log: (message: string) => void,
  running: Running,
): Promise<void> {
  const token = ensureSecret(home, tokenFile(service.name));
  const onSocket = createServer();
  // Listens first: the socket is the lock that keeps a second range away from the state.
  await listenOnSocket(onSocket, rangeSocket(home, service.name));
  running.servers.push(onSocket);
  const store = openRangeStore(home, service.name);
  running.stores.push(store);
  const standIn = createStandIn(service, { token, store, log });
  answer(onSocket, standIn, true);
  if (port === 0) return;
  const onPort = createServer();
  answer(onPort, standIn, false);
  await listenOnPort(onPort, port);
  running.servers.push(onPort);
}

function answer(server: Server, standIn: StandIn, control: boolean): void {
  server.on('request', (request, response) => void standIn.handle(request, response, control));
}

async function stop({ servers, stores, spire, host }: Running): Promise<void> {
  spire?.stop();
  await Promise.all(servers.splice(0).map(closed));
  await host?.stop();
  for (const store of stores.splice(0)) store.close();
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
