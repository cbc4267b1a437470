import type { ErrorRequestHandler, Response } from 'express';
import { Fault } from '../../domain/fault.ts';
import { PolicyError } from '../../intake/policy-error.ts';
import { BeyondRate } from '../alerts/beyond-rate.ts';
import { CommandRefused } from '../give-command.ts';
import type { ShimDeps } from '../deps.ts';
import { statusOfFault, statusOfRefusal, type Status } from '../status.ts';

/** What a caller learns of a failure. */
interface Problem extends Status {
  code: string;
  error: string;
  problems?: unknown;
}

/** Every failure ends here as `{error, code}`; a bug tells its caller nothing and the log everything. */
export function errors({ log, metrics }: Pick<ShimDeps, 'log' | 'metrics'>): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error);
    const { code, status } = problem;
    const about = { request_id: response.get('X-Request-Id'), path: request.path, code };
    if (code === 'ledger_unavailable') metrics.ledgerFailures.inc();
    // It would be said as often as the sender sends; `beyondRate` of the door says it once.
    if (error instanceof BeyondRate) return answer(response, problem);
    if (status === 500) log.error({ ...about, err: error }, 'a call failed by a bug');
    else if (status > 500) log.error({ ...about, reason: problem.error }, 'a call failed');
    else if (status === 401 || status === 403) {
      log.warn({ ...about, reason: problem.error }, 'a call was refused');
    }
    // Too late for an answer: only ending the connection still tells the caller.
    if (response.headersSent) next(error);
    else answer(response, problem);
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof URIError) {
    return {
      code: 'bad_path',
      error: 'The path is not well encoded',
      status: 400,
      retryAfter: null,
    };
  }
  if (error instanceof CommandRefused) {
    return { code: error.code, error: error.message, ...statusOfRefusal(error.code) };
  }
  if (error instanceof BeyondRate) {
    const { code, message, status, retryAfter } = error;
    return { code, error: message, status, retryAfter };
  }
  if (!(error instanceof Fault)) return BUG;
  const { code, message } = error;
  const status = statusOfFault(error);
  if (status.status === 500) return BUG;
  const problems = error instanceof PolicyError ? { problems: error.problems } : {};
  return { code, error: message, ...problems, ...status };
}

const BUG: Problem = {
  code: 'internal',
  error: 'Something went wrong here; the log knows more under this X-Request-Id',
  status: 500,
  retryAfter: null,
};

function answer(response: Response, { status, retryAfter, ...body }: Problem): void {
  if (status === 401) response.set('WWW-Authenticate', challengesOf(response));
  if (retryAfter !== null) response.set('Retry-After', String(retryAfter));
  response.status(status).json(body);
}

/** A route that is called in more than one way says so. */
function challengesOf({ locals }: Response): string[] {
  const challenges: unknown = locals['challenges'];
  return Array.isArray(challenges) ? challenges.map(String) : ['Bearer realm="cordon"'];
}
