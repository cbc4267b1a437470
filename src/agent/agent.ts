import { chmodSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { Fault } from '../domain/fault.ts';
import { type Bind, isLocal } from './bind.ts';

/** Time for a request to arrive whole: it has a hundred bytes. */
const REQUEST_TIMEOUT_MS = 10_000;

/** A call may wait for the TPM; its caller has given up long before this. */
const IDLE_TIMEOUT_MS = 60_000;

/** The few verifiers of an installation, several times over. */
const MOST_CONNECTIONS = 64;

export interface AgentOptions {
  bind: Bind;
  handler: RequestListener;
  /** PEM */
  tls?: { cert: Buffer; key: Buffer };
}

export interface Agent {
  /** `http://127.0.0.1:8516`, or the path of the socket. */
  address: string;
  stop(): Promise<void>;
}

/** Faults: `agent_needs_tls` for an address that others can reach, `agent_tls_unusable`, `agent_cannot_listen`. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { bind, tls } = options;
  if (tls === undefined && !isLocal(bind)) {
    const message = 'an address that others can reach needs CORDON_AGENT_TLS_CERT and _KEY';
    throw new Fault('agent_needs_tls', message, { retryable: false });
  }
  const server = serverOf(options);
  try {
    await listen(server, bind);
  } catch (cause) {
    const message = `the agent cannot listen on ${'path' in bind ? bind.path : bind.host}`;
    throw new Fault('agent_cannot_listen', message, { retryable: false, cause });
  }
  return { address: addressOf(server, tls !== undefined), stop: () => close(server) };
}

function serverOf({ handler, tls }: AgentOptions): Server {
  const limits = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
  const server = tls ? tlsServer({ ...limits, ...tls }, handler) : createServer(limits, handler);
  server.setTimeout(IDLE_TIMEOUT_MS);
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function tlsServer(options: { cert: Buffer; key: Buffer }, handler: RequestListener) {
  try {
    return createTlsServer({ ...options, minVersion: 'TLSv1.2' }, handler);
  } catch {
    // Without its cause, which may quote the key.
    const message = 'the certificate and the key of the agent do not fit each other';
    throw new Fault('agent_tls_unusable', message, { retryable: false });
  }
}

async function listen(server: Server, bind: Bind): Promise<void> {
  if (!('path' in bind)) return listening(server, bind);
  // A socket outlives an agent that was killed.
  if (!(await isAnswered(bind.path))) rmSync(bind.path, { force: true });
  await listening(server, bind);
  chmodSync(bind.path, 0o600);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function listening(server: Server, bind: Bind): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(bind, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server, secure: boolean): string {
  const address = server.address() as AddressInfo | string;
  if (typeof address === 'string') return address;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${secure ? 'https' : 'http'}://${host}:${address.port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
