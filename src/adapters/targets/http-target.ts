import type { ActionOutcome, ActionRequest, ReleaseOutcome } from '../../domain/target.ts';
import type { Expectations, TargetAction } from '../../domain/targets.ts';
import type { Endpoint } from './endpoint.ts';
import { compare, type Comparison } from './expectation.ts';
import { success, type Problem } from './problem.ts';

/**
 * How much of a call's time acting may take. The rest is the read's: a target that acts and answers
 * late is then still seen to have acted.
 */
const ACTING_SHARE = 0.6;

/** One action, where it goes, and a clock in milliseconds. */
export interface HttpTarget {
  action: TargetAction;
  endpoint: Endpoint;
  now: () => number;
}

type Reading = { comparison: Comparison } | { problem: Problem };

export async function apply(target: HttpTarget, request: ActionRequest): Promise<ActionOutcome> {
  const { acted, reading } = await actThenRead(
    target,
    request,
    target.action.apply.path,
    target.action.verify.expect,
  );
  return containment(acted, reading);
}

export async function poke(target: HttpTarget, request: ActionRequest): Promise<ActionOutcome> {
  const signal = AbortSignal.timeout(request.timeout_ms);
  const problem = await act(target, request, target.action.apply.path, signal);
  if (problem) return { status: 'failed', ...problem };
  return { status: 'partial', reason: 'ok', detail: 'accepted, not verified', retryable: true };
}

export async function verify(target: HttpTarget, request: ActionRequest): Promise<ActionOutcome> {
  const signal = AbortSignal.timeout(request.timeout_ms);
  const reading = await read(target, request, target.action.verify.expect, signal);
  return containment(undefined, reading);
}

export async function release(target: HttpTarget, request: ActionRequest): Promise<ReleaseOutcome> {
  const way = target.action.release;
  if (way === 'manual') {
    const detail = `${request.action} is released by people only`;
    return { status: 'failed', reason: 'refused', detail, retryable: false };
  }
  const { acted, reading } = await actThenRead(target, request, way.path, way.expect);
  const outcome = containment(acted, reading);
  return { ...outcome, status: outcome.status === 'contained' ? 'released' : 'failed' };
}

async function actThenRead(
  target: HttpTarget,
  request: ActionRequest,
  path: string,
  expect: Expectations,
): Promise<{ acted: Problem | undefined; reading: Reading }> {
  const whole = AbortSignal.timeout(request.timeout_ms);
  const part = AbortSignal.timeout(Math.ceil(request.timeout_ms * ACTING_SHARE));
  const acted = await act(target, request, path, part);
  return { acted, reading: await read(target, request, expect, whole) };
}

async function act(
  { endpoint, now }: HttpTarget,
  request: ActionRequest,
  path: string,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { action, reason, incident_id, severity, subject } = request;
  const body = { action, reason, incident_id, class: request.class, severity, subject };
  const headers = { 'idempotency-key': request.idempotency_key };
  const answer = await endpoint.call({ method: 'POST', path, headers, body }, signal);
  const outcome = success(answer, `${request.target}${path}`, now());
  return 'reason' in outcome ? outcome : undefined;
}

async function read(
  { action, endpoint, now }: HttpTarget,
  request: ActionRequest,
  expect: Expectations,
  signal: AbortSignal,
): Promise<Reading> {
  const { path, query } = action.verify;
  const field = (name: string) => request.subject[name]?.toWellFormed() ?? '*';
  const about = Object.fromEntries(query.map((name) => [name, field(name)]));
  const answer = await endpoint.call({ method: 'GET', path, query: about }, signal);
  const what = `reading ${request.target}${path}`;
  const response = success(answer, what, now());
  if ('reason' in response) return { problem: response };
  const comparison = compare(parse(response.bytes), expect, request.subject);
  if (comparison.absent.length === 0) return { comparison };
  const detail = `${what} does not tell ${comparison.absent.join(', ')}`;
  return { problem: { reason: 'unreadable_state', detail, retryable: true } };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The verdict is the reading's; how acting went only explains why an effect is missing. */
function containment(acted: Problem | undefined, reading: Reading): ActionOutcome {
  if ('problem' in reading) {
    const { problem } = reading;
    const detail = acted ? `${problem.detail}; ${acted.detail}` : problem.detail;
    return { status: 'failed', ...problem, detail };
  }
  const { met, unmet } = reading.comparison;
  if (unmet.length === 0) {
    const detail = acted ? `in force, although ${acted.detail}` : `as expected: ${met.join(', ')}`;
    return { status: 'contained', reason: 'ok', detail, retryable: false };
  }
  const status = met.length > 0 ? 'partial' : 'failed';
  const detail = `not as expected: ${unmet.join(', ')}`;
  if (acted) return { status, ...acted, detail: `${acted.detail}; ${detail}` };
  return { status, reason: 'no_effect', detail, retryable: true };
}
