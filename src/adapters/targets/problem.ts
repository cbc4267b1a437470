import type { OutcomeReason } from '../../domain/target.ts';
import type { Answer, Response } from './endpoint.ts';

/** Why a call was not the success it should have been. */
export interface Problem {
  reason: Exclude<OutcomeReason, 'ok'>;
  detail: string;
  retryable: boolean;
  retry_after_ms?: number;
}

/** Client errors that pass by themselves: timeout, conflict, locked, too early, too many requests. */
const PASSING = new Set([408, 409, 423, 425, 429]);
/** A target that asks for more than this is asked again anyway: containment is not its choice. */
const MAX_RETRY_AFTER_MS = 5 * 60_000;

/** The response if it is a 2xx, else what is wrong; `what` begins the sentence. */
export function success(answer: Answer, what: string, now: number): Response | Problem {
  if ('failure' in answer) return failureOf(answer, what);
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return answer;
  const detail = `${what} was answered ${status}`;
  if (status === 401 || status === 403) return { reason: 'refused', detail, retryable: false };
  const wait = retryAfterMs(retryAfter, now);
  return {
    reason: 'http_error',
    detail,
    retryable: status >= 500 || PASSING.has(status),
    ...(wait !== undefined && { retry_after_ms: wait }),
  };
}

function failureOf(answer: Extract<Answer, { failure: string }>, what: string): Problem {
  const detail = `${what} failed: ${answer.detail}`;
  switch (answer.failure) {
    case 'no_token':
      return { reason: 'refused', detail, retryable: false };
    case 'unreadable':
      return { reason: 'unreadable_state', detail, retryable: true };
    case 'unreachable':
    case 'timeout':
      return { reason: answer.failure, detail, retryable: true };
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}
