import type { ServerResponse } from 'node:http';
import { Fault } from '../domain/fault.ts';

/** What is said to a call: a JSON document, or bytes as they are. */
export type Answer = { headers?: Record<string, string> } & (
  { status: number; json: object } | { status: number; bytes: Uint8Array }
);

/** The TPM is free again in less. */
const RETRY_AFTER_SECONDS = '1';

export function ok(json: object): Answer {
  return { status: 200, json };
}

export function problem(
  status: number,
  code: string,
  error: string,
  headers: Record<string, string> = {},
): Answer {
  return { status, json: { error, code }, headers };
}

/** A fault of ours: 503 where asking again helps. Anything else is a bug, and the caller learns only that. */
export function failed(error: unknown): Answer {
  if (!(error instanceof Fault)) return problem(500, 'internal_error', 'the agent failed');
  if (!error.retryable) return problem(500, error.code, error.message);
  return problem(503, error.code, error.message, { 'retry-after': RETRY_AFTER_SECONDS });
}

export function send(response: ServerResponse, answer: Answer): void {
  const isJson = 'json' in answer;
  response.writeHead(answer.status, {
    'content-type': isJson ? 'application/json' : 'application/octet-stream',
    'cache-control': 'no-store',
    ...answer.headers,
  });
  response.end(isJson ? `${JSON.stringify(answer.json)}\n` : answer.bytes);
}
