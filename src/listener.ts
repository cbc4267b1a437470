import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Fault } from './domain/fault.ts';

/** A client that sends its request this slowly is not one of ours. */
const REQUEST_TIMEOUT_MS = 30_000;

/** For what is being answered when the server stops. */
const CLOSING_MS = 3_000;

export interface Listener {
  url: string;
  stop(): Promise<void>;
}

/** `setting` names the address's variable, for the message where it cannot be listened on. */
export async function listen(
  app: RequestListener,
  setting: string,
  address: string,
): Promise<Listener> {
  const http = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
  return listening(http, 'http', setting, address);
}

/** PEM files. `clientCa`: whose client certificates are believed; '' to ask for none. */
export interface TlsFiles {
  cert: string;
  key: string;
  clientCa: string;
}

/**
 * The same over TLS. A client may do without a certificate, or show one of another authority, and still send another
 * credential: what a certificate is worth is for the application to say.
 */
export async function listenTls(
  app: RequestListener,
  setting: string,
  address: string,
  files: TlsFiles,
): Promise<Listener> {
  const [cert, key] = await Promise.all([pem(files.cert), pem(files.key)]);
  const clients =
    files.clientCa === ''
      ? {}
      : { ca: await pem(files.clientCa), requestCert: true, rejectUnauthorized: false };
  const options = { cert, key, ...clients, requestTimeout: REQUEST_TIMEOUT_MS };
  return listening(tlsServer(options, app), 'https', setting, address);
}

type TlsOptions = NonNullable<Parameters<typeof createTlsServer>[0]>;

function tlsServer(options: TlsOptions, app: RequestListener): Server {
  try {
    return createTlsServer(options, app);
  } catch (cause) {
    throw badConfig('The certificate and its key cannot be used together', cause);
  }
}

async function pem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw badConfig(`${path} cannot be read`, cause);
  }
}

async function listening(
  server: Server,
  scheme: string,
  setting: string,
  address: string,
): Promise<Listener> {
  const [host, port] = hostAndPort(address);
  server.listen(port, host.replaceAll(/[[\]]/g, ''));
  try {
    await once(server, 'listening');
  } catch (cause) {
    const message = `${setting} ${address} cannot be listened on; is another Cordon running?`;
    throw badConfig(message, cause);
  }
  return { url: `${scheme}://${boundTo(server)}`, stop: () => close(server) };
}

export function hostAndPort(address: string): [string, number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}

function boundTo(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('not listening on TCP');
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `${host}:${bound.port}`;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
  await once(server, 'close');
  clearTimeout(force);
}

function badConfig(message: string, cause: unknown): Fault {
  return new Fault('bad_config', message, { retryable: false, cause });
}
