import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `openssl ts -reply` answers, and what it answers with: certificates of one authority, made anew. */
export interface Tsa {
  /** PEM of the root. */
  root: string;
  /** The directory of its files, for openssl. */
  directory: string;
  /** A TimeStampResp to a TimeStampReq. `signer`: the name of one of the certificates below. */
  reply(query: Uint8Array, signer?: Signer): Promise<Buffer>;
  remove(): void;
}

/** `expired`: not valid now. `server`: for another use than time stamps. */
export type Signer = 'tsa' | 'expired' | 'server';

const USAGE: Readonly<Record<Signer, string>> = {
  tsa: 'critical,timeStamping',
  expired: 'critical,timeStamping',
  server: 'critical,timeStamping,serverAuth',
};

/** A time-stamping authority by openssl alone. `algorithm`: of all its keys, as `openssl genpkey` takes it. */
export async function makeTsa(
  algorithm = ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
): Promise<Tsa> {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-tsa-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  const newKey = (name: string) =>
    openssl('genpkey', '-algorithm', ...algorithm, '-out', `${name}.key`);
  await newKey('root');
  const forCa = ['-addext', 'keyUsage=critical,keyCertSign'];
  await openssl(
    ...['req', '-x509', '-new', '-key', 'root.key', '-subj', '/CN=Test root', '-days', '30'],
    ...[...forCa, '-out', 'root.crt'],
  );
  for (const signer of ['tsa', 'expired', 'server'] as const) {
    await newKey(signer);
    await certify(openssl, directory, signer);
  }
  return {
    root: readFileSync(join(directory, 'root.crt'), 'utf8'),
    directory,
    reply: async (query, signer = 'tsa') => {
      const name = `${signer}-${Math.random().toString(36).slice(2)}`;
      writeFileSync(join(directory, `${name}.tsq`), query);
      writeFileSync(join(directory, `${name}.serial`), '01\n');
      writeFileSync(join(directory, `${name}.cnf`), configOf(name, signer));
      const [asked, answered] = [`${name}.tsq`, `${name}.tsr`];
      const config = ['-config', `${name}.cnf`];
      await openssl('ts', '-reply', ...config, '-queryfile', asked, '-out', answered);
      return readFileSync(join(directory, answered));
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function certify(
  openssl: (...args: string[]) => Promise<unknown>,
  directory: string,
  signer: Signer,
): Promise<void> {
  const lines = ['basicConstraints=critical,CA:FALSE', `extendedKeyUsage=${USAGE[signer]}`];
  writeFileSync(join(directory, `${signer}.ext`), `${lines.join('\n')}\n`);
  const subject = `/O=Test/CN=${signer}`;
  await openssl('req', '-new', '-key', `${signer}.key`, '-subj', subject, '-out', `${signer}.csr`);
  const by = ['-CA', 'root.crt', '-CAkey', 'root.key', '-CAcreateserial'];
  const days = signer === 'expired' ? '-1' : '30';
  const how = ['-days', days, '-extfile', `${signer}.ext`, '-out', `${signer}.crt`];
  await openssl('x509', '-req', '-in', `${signer}.csr`, ...by, ...how);
}

function configOf(name: string, signer: Signer): string {
  return `[tsa]
default_tsa = one
[one]
serial = ${name}.serial
signer_cert = ${signer}.crt
signer_key = ${signer}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
`;
}

export interface TsaServer {
  url: string;
  /** The queries so far. */
  asked: Buffer[];
  stop(): Promise<void>;
}

type Answer = (query: Buffer, response: ServerResponse) => Promise<void> | void;

/** The same behind HTTP (RFC 3161, 3.4), on a port of its own or on the one given. */
export async function serveTsa(answer: Answer, port = 0): Promise<TsaServer> {
  const asked: Buffer[] = [];
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = Buffer.concat(await request.toArray());
    const isQuery = request.headers['content-type'] === 'application/timestamp-query';
    if (request.method !== 'POST' || !isQuery) return void response.writeHead(400).end();
    asked.push(query);
    await answer(query, response);
  }
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/tsr`,
    asked,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers as the authority does. */
export function honestly(tsa: Tsa, signer?: Signer): Answer {
  return async (query, response) => {
    const reply = await tsa.reply(query, signer);
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(reply);
  };
}
