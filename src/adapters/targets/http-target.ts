import type { ActionOutcome, ActionRequest, ReleaseOutcome } from '../../domain/target.ts';
import type { Expectations, TargetAction } from '../../domain/targets.ts';
import type { Endpoint } from './endpoint.ts';
import { compare, type Comparison, parseJson } from './expectation.ts';
import { probe } from './probe.ts';
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

type Reading = { comparison: Comparison; document: unknown } | { problem: Problem };

export async function apply(target: HttpTarget, request: ActionRequest): Promise<ActionOutcome> {
  const { path, body } = target.action.apply;
  const { acted, signal } = await actInPart(target, request, path, body);
  return containment(acted, await readContained(target, request, signal));
}

export async function poke(target: HttpTarget, request: ActionRequest): Promise<ActionOutcome> {
  const signal = AbortSignal.timeout(request.timeout_ms);
  const { path, body } = target.action.apply;
  const problem = await act(target, request, path, body, signal);
  if (problem) return { status: 'failed', ...problem };
  return { status: 'partial', reason: 'ok', detail: 'accepted, not verified', retryable: true };
}

export async function verify(target: HttpTarget, request: ActionRequest): Promise<ActionOutcome> {
  const signal = AbortSignal.timeout(request.timeout_ms);
  const reading = await readContained(target, request, signal);
  return containment(undefined, reading);
}

export async function release(target: HttpTarget, request: ActionRequest): Promise<ReleaseOutcome> {
  const way = target.action.release;
  if (way === 'none') {
    const detail = `nothing of ${request.action} is left to be undone`;
    return { status: 'released', reason: 'ok', detail, retryable: false };
  }
  if (way === 'manual') {
    const detail = `${request.action} is released by people only`;
    return { status: 'failed', reason: 'refused', detail, retryable: false };
  }
  const { acted, signal } = await actInPart(target, request, way.path, {});
  const outcome = containment(acted, await read(target, request, way.expect, signal));
  return { ...outcome, status: outcome.status === 'contained' ? 'released' : 'failed' };
}

/** Acts, and gives the signal that ends the reading behind it. */
async function actInPart(
  target: HttpTarget,
  request: ActionRequest,
  path: string,
  constants: TargetAction['apply']['body'],
): Promise<{ acted: Problem | undefined; signal: AbortSignal }> {
  const signal = AbortSignal.timeout(request.timeout_ms);
  const part = AbortSignal.timeout(Math.ceil(request.timeout_ms * ACTING_SHARE));
  return { acted: await act(target, request, path, constants, part), signal };
}

async function act(
  { endpoint, now }: HttpTarget,
  request: ActionRequest,
  path: string,
  constants: TargetAction['apply']['body'],
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { action, reason, incident_id, severity, subject } = request;
  const said = { action, reason, incident_id, class: request.class, severity, subject };
  const body = { ...constants, ...said };
  const headers = { 'idempotency-key': request.idempotency_key };
  const answer = await endpoint.call({ method: 'POST', path, headers, body }, signal);
  const outcome = success(answer, `${request.target}${path}`, now());
  return 'reason' in outcome ? outcome : undefined;
}

/** The state, and where it is as expected, what the target makes of a probe. */
async function readContained(
  target: HttpTarget,
  request: ActionRequest,
  signal: AbortSignal,
): Promise<Reading> {
  const { expect, probe: way } = target.action.verify;
  const reading = await read(target, request, expect, signal);
  if (way === undefined || 'problem' in reading) return reading;
  const { comparison, document } = reading;
  if (comparison.unmet.length > 0) return reading;
  const probed = await probe(target, way, request, document, signal);
  if ('reason' in probed) return { problem: probed };
  const { met, unmet } = probed;
  return {
    document,
    comparison: { met: [...comparison.met, ...met], unmet, absent: [] },
  };
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
  const document = parseJson(response.bytes);
  const comparison = compare(document, expect, request);
  if (comparison.absent.length === 0) return { comparison, document };
  const detail = `${what} does not tell ${comparison.absent.join(', ')}`;
  return { problem: { reason: 'unreadable_state', detail, retryable: true } };
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
