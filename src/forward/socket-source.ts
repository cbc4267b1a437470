import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Fault } from '../domain/fault.ts';
import { MOST_LINE_BYTES } from './line-cutter.ts';
import type { Taking } from './take.ts';

/** sockaddr_un.sun_path holds 108 bytes with the closing zero; a longer path is cut silently. */
const MOST_PATH_BYTES = 107;
/** Time for a request to arrive whole, from the same machine. */
const REQUEST_TIMEOUT_MS = 10_000;
/** After so long there may be room: RFC 9110, 10.2.3. */
const RETRY_AFTER_S = 5;
/** Requests that are under way when it is to stop get so long. */
const CLOSE_WITHIN_MS = 2_000;

export interface SocketSource {
  /** Resolves when what was under way is answered. */
  stop(): Promise<void>;
}

/**
 * Takes the body of any POST, as it is, and answers 202 when it is on the disk. Faults: `socket_path_too_long`,
 * `socket_unusable`.
 */
export async function takePosts(path: string, taking: Taking): Promise<SocketSource> {
  if (Buffer.byteLength(path) > MOST_PATH_BYTES) {
    const message = `${path} is longer than the ${MOST_PATH_BYTES} bytes that a socket's path may have`;
    throw new Fault('socket_path_too_long', message, { retryable: false });
  }
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void answer(request, response, taking),
  );
  // One that nobody answers on outlived a forwarder that was killed.
  if (!(await isAnswered(path))) rmSync(path, { force: true });
  await listening(server, path);
  chmodSync(path, 0o600);
  return { stop: () => close(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  taking: Taking,
): Promise<void> {
  const say = (status: number, body: object, headers: Record<string, string | number> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(`${JSON.stringify(body)}\n`);
  };
  const refuse = (status: number, code: string, error: string, headers = {}) =>
    // The rest of a body that is not taken is not read either.
    say(status, { error, code }, { connection: 'close', ...headers });
  const later = (code: string, error: string) =>
    refuse(503, code, error, { 'retry-after': RETRY_AFTER_S });

  if (request.method !== 'POST') {
    return refuse(405, 'method_not_allowed', 'Alerts come by POST', { allow: 'POST' });
  }
  if (!taking.spool.hasRoom()) return later('spool_full', 'The spool is full');
  const body = await bodyOf(request);
  if (body === 'broken') return refuse(400, 'body_incomplete', 'The body ended too early');
  if (body === 'too_large') {
    taking.log.warn({ most: MOST_LINE_BYTES }, 'a body is too large and was refused');
    return refuse(413, 'body_too_large', `The body is larger than ${MOST_LINE_BYTES} bytes`);
  }
  if (body.length === 0) return refuse(400, 'body_empty', 'The body is empty');
  try {
    say(202, { spooled: await spool(request, body, taking) });
  } catch (error) {
    taking.log.error({ err: error }, 'the spool cannot be written');
    later('spool_unwritable', 'The spool cannot be written');
  }
}

function spool({ headers }: IncomingMessage, body: Buffer, taking: Taking): Promise<number> {
  return taking.spool.append({
    frame: {
      kind: 'body',
      source: 'socket',
      at: taking.now(),
      position: null,
      count: 1,
      content_type: headers['content-type'] ?? '',
      content_encoding: headers['content-encoding'] ?? '',
    },
    payload: body,
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | 'too_large' | 'broken'> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > MOST_LINE_BYTES) return 'too_large';
      parts.push(part);
    }
  } catch {
    return 'broken';
  }
  return Buffer.concat(parts);
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

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `the forwarder cannot listen on ${path}`;
      reject(new Fault('socket_unusable', message, { retryable: false, cause }));
    });
    server.listen({ path }, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}
