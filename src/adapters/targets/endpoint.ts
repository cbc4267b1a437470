import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Agent, type Dispatcher } from 'undici';
import { createSecretFile } from './secret-file.ts';

/** A status document or a verdict is a few KB; anything longer is a mistake or an attack. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Enough for a flood of reports against one target, few enough not to exhaust its sockets. */
const MAX_CONNECTIONS = 32;

/** Where a service is and whose bearer token opens it, as `targets.yaml` says. */
export interface Place {
  url?: string | undefined;
  unix?: string | undefined;
  token_file?: string | undefined;
  ca_file?: string | undefined;
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
  /** Where an honest answer may be longer than a status document. */
  mostBytes?: number;
}

export interface Response {
  status: number;
  mediaType: string;
  retryAfter: string | undefined;
  bytes: Uint8Array;
}

interface Failure {
  failure: 'unreachable' | 'timeout' | 'unreadable' | 'no_token';
  detail: string;
}

export type Answer = Response | Failure;

/** An answer whose body is too long to be held; the trailers are there when it has ended. */
export interface Streamed {
  bytes: AsyncIterable<Uint8Array>;
  trailer(name: string): string | undefined;
}

/** One service over HTTP. A call never throws: what the other side does is an answer. */
export interface Endpoint {
  call(call: Call, signal: AbortSignal): Promise<Answer>;
  /** The same for a long body, which the signal ends as well; any status but 200 is an answer like others. */
  stream(call: Call, signal: AbortSignal): Promise<Streamed | Answer>;
  close(): Promise<void>;
}

/** Keeps connections alive, follows no redirect, ends the request when the signal fires. */
export function createEndpoint(place: Place, home: string): Endpoint {
  const base = new URL(place.url ?? 'http://localhost');
  const connect = {
    ...(place.unix !== undefined && { socketPath: below(home, place.unix) }),
    ...(place.ca_file !== undefined && { ca: readFileSync(below(home, place.ca_file)) }),
  };
  const agent = new Agent({ connect, connections: MAX_CONNECTIONS });
  const token = place.token_file && createSecretFile(below(home, place.token_file));
  const send = async <T>(
    call: Call,
    signal: AbortSignal,
    read: (response: Dispatcher.ResponseData) => Promise<T> | T,
  ): Promise<T | Failure> => {
    const secret = token ? await token.read() : undefined;
    if (token && secret === undefined) {
      return { failure: 'no_token', detail: `no token can be read from ${token.path}` };
    }
    try {
      return await read(await agent.request(optionsOf(call, base, secret, signal)));
    } catch (error) {
      if (signal.aborted) return { failure: 'timeout', detail: 'no answer in time' };
      return { failure: 'unreachable', detail: reasonOf(error) };
    }
  };
  const most = (call: Call) => call.mostBytes ?? MAX_ANSWER_BYTES;
  return {
    call: (call, signal) => send(call, signal, (response) => readAnswer(response, most(call))),
    stream: (call, signal) =>
      send<Streamed | Answer>(call, signal, (response) =>
        response.statusCode === 200 ? streamed(response) : readAnswer(response, most(call)),
      ),
    // Not destroy: a reload that moves a target lets the calls in flight end by themselves.
    close: () => agent.close(),
  };
}

/** A relative path of the policy is below CORDON_HOME. */
export function below(home: string, path: string): string {
  return isAbsolute(path) ? path : join(home, path);
}

function optionsOf(
  call: Call,
  base: URL,
  secret: string | undefined,
  signal: AbortSignal,
): Dispatcher.RequestOptions {
  return {
    origin: base.origin,
    path: base.pathname.replace(/\/$/, '') + call.path,
    method: call.method,
    headers: {
      ...call.headers,
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
    },
    signal,
    ...(call.query && { query: call.query }),
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  };
}

function streamed(response: Dispatcher.ResponseData): Streamed {
  const trailers: Record<string, unknown> = response.trailers;
  return {
    bytes: response.body as AsyncIterable<Uint8Array>,
    trailer: (name) => {
      const value = trailers[name];
      return typeof value === 'string' ? value : undefined;
    },
  };
}

async function readAnswer(response: Dispatcher.ResponseData, mostBytes: number): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > mostBytes) {
      return { failure: 'unreadable', detail: `answer longer than ${mostBytes} bytes` };
    }
    chunks.push(chunk);
  }
  return {
    status: response.statusCode,
    mediaType: header(response, 'content-type') ?? 'application/octet-stream',
    retryAfter: header(response, 'retry-after'),
    bytes: Buffer.concat(chunks),
  };
}

function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'connection failed';
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message}`;
}
