import type { ServerResponse } from 'node:http';
import { Fault } from '../domain/fault.ts';

/** What is said to a call: a JSON document, bytes as they are, or bytes that come as they are made. */
export type Answer = { headers?: Record<string, string> } & (
  | { status: number; json: object }
  | { status: number; bytes: Uint8Array }
  /** Ends the response itself. Where it throws, the caller sees a body that breaks off. */
  | { status: number; pour: (response: ServerResponse) => Promise<void> }
);

/** What the caller is told of a fault that asking again does not help; 500 where it is not about the call. */
const STATUS_OF: Readonly<Record<string, number>> = {
  subject_not_allowed: 403,
  subject_is_ours: 403,
  source_is_ours: 403,
  not_an_edge: 403,
  subject_not_found: 404,
  unsupported_subject: 422,
  subject_shares_host_network: 422,
  agent_state_unusable: 422,
};

/** What is busy is free again in about that. */
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
  if (!error.retryable) return problem(STATUS_OF[error.code] ?? 500, error.code, error.message);
  return problem(503, error.code, error.message, { 'retry-after': RETRY_AFTER_SECONDS });
}

export async function send(response: ServerResponse, answer: Answer): Promise<void> {
  const isJson = 'json' in answer;
  response.writeHead(answer.status, {
    'content-type': isJson ? 'application/json' : 'application/octet-stream',
    'cache-control': 'no-store',
    ...answer.headers,
  });
  if ('pour' in answer) return answer.pour(response);
  response.end(isJson ? `${JSON.stringify(answer.json)}\n` : answer.bytes);
}
