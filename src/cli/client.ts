import { z } from 'zod';
import { adviceFor } from './advice.ts';
import { EXIT, Failure } from './exit.ts';
import type { Installation } from './installation.ts';
import { printable } from './text/printable.ts';

/** Beyond this a person believes the command to be dead; what takes longer says so itself. */
const PATIENCE_MS = 10_000;

export interface Request {
  method: 'GET' | 'POST';
  /** With its query. */
  path: string;
  body?: unknown;
  /** The incident it is about, so that advice can name it. */
  about?: string;
  headers?: Readonly<Record<string, string>>;
  /** A status that is an answer too, beside 2xx. */
  also?: number;
  /** How long the whole answer may take; 0 for a stream that never ends. */
  patienceMs?: number;
}

/** The API by HTTP. A refusal or an absence is a Failure, with the exit code that tells them apart. */
export interface Client {
  readonly url: string;
  /** The 2xx answer, its body unread. */
  send(request: Request): Promise<Response>;
  json<T>(request: Request, schema: z.ZodType<T>): Promise<T>;
  bytes(request: Request): Promise<Uint8Array>;
}

export function createClient({ url, token }: Installation, interrupted: AbortSignal): Client {
  async function send(request: Request): Promise<Response> {
    const signal = deadline(request.patienceMs ?? PATIENCE_MS, interrupted);
    const response = await fetch(url + request.path, init(request, token, signal)).catch(
      (cause: unknown) => absent(url, cause),
    );
    return response.ok || response.status === request.also
      ? response
      : refused(response, url, request.about);
  }
  return {
    url,
    send,
    json: async (request, schema) => parsed(await textOf(await send(request), url), schema, url),
    bytes: async (request) => {
      const response = await send(request);
      const body = await response.arrayBuffer().catch((cause: unknown) => absent(url, cause));
      return new Uint8Array(body);
    },
  };
}

/** The body against the schema; what does not fit was not said by this version of Cordon. */
export function parsed<T>(text: string, schema: z.ZodType<T>, url: string): T {
  const answer = schema.safeParse(jsonOrUndefined(text));
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw failure(EXIT.unavailable, 'not_cordon', `${url} did not answer as Cordon does${where}`);
}

function deadline(patienceMs: number, interrupted: AbortSignal): AbortSignal {
  if (patienceMs === 0) return interrupted;
  return AbortSignal.any([interrupted, AbortSignal.timeout(patienceMs)]);
}

function init(request: Request, token: string, signal: AbortSignal): RequestInit {
  const { method, body, headers } = request;
  return {
    method,
    signal,
    // A token must not follow a redirect to wherever it points.
    redirect: 'manual',
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

/** The whole body. A connection that breaks in the middle is an absence too. */
export async function textOf(response: Response, url: string): Promise<string> {
  return response.text().catch((cause: unknown) => absent(url, cause));
}

function absent(url: string, cause: unknown): never {
  const late = cause instanceof DOMException && cause.name === 'TimeoutError';
  throw late
    ? failure(EXIT.unavailable, 'timeout', `Cordon at ${url} took too long to answer`, cause)
    : failure(EXIT.unavailable, 'unreachable', `Cordon does not answer at ${url}`, cause);
}

const refusalSchema = z.object({ error: z.string(), code: z.string() });

async function refused(response: Response, url: string, about?: string): Promise<never> {
  const { status } = response;
  const exit = status >= 500 || status < 400 ? EXIT.unavailable : EXIT.refused;
  const body = refusalSchema.safeParse(jsonOrUndefined(await textOf(response, url)));
  if (body.success) {
    const { error, code } = body.data;
    throw new Failure(exit, code, printable(error), { next: adviceFor(code, about) });
  }
  throw failure(EXIT.unavailable, 'not_cordon', `${url} answered ${status}, not as Cordon does`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failure(exit: Failure['exit'], code: string, message: string, cause?: unknown): Failure {
  return new Failure(exit, code, message, { next: adviceFor(code), cause });
}
