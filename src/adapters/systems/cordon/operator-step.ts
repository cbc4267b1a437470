import { instantOf } from '../../../domain/instant.ts';
import type { Principals } from '../../../domain/ledger.ts';
import type { Problem } from '../../targets/problem.ts';
import type { Effect, Reading, SystemCall } from '../system-driver.ts';

export interface OperatorStepDeps {
  principals: Pick<Principals, 'byName' | 'byTokenHash' | 'disable'>;
  now: () => number;
}

type Call = Pick<SystemCall<'cordon'>, 'request'>;

/** The token of the person is refused from now on, and with it whatever was opened with it. A person alone undoes it. */
export async function disableOperator(
  { principals, now }: OperatorStepDeps,
  { request }: Call,
  wanted: Effect,
): Promise<Problem | null> {
  const name = request.subject['operator'];
  if (name === undefined) return NO_OPERATOR;
  if (wanted === 'release') return refused('an operator is let in again by a person');
  const { incident_id } = request;
  const outcome = await principals.disable(name, { incident_id, at: instantOf(now()) });
  if (outcome === 'unknown') return unknown(name);
  if (outcome === 'disabled') return null;
  const detail = `${name} is the last one who is ${outcome.last}: nobody could act in its place`;
  return { reason: 'last_operator', detail, retryable: false };
}

/** As whoever authenticates a caller would find the token, and not by the name under which it was disabled. */
export async function readOperator(
  { principals }: OperatorStepDeps,
  { request }: Call,
  wanted: Effect,
): Promise<Reading | Problem> {
  const name = request.subject['operator'];
  if (name === undefined) return NO_OPERATOR;
  const named = await principals.byName(name);
  if (named === null) return unknown(name);
  const caller = await principals.byTokenHash(named.token_hash);
  const isRefused = caller === null || caller.revoked_at !== '';
  const phrase = `the token of ${name} is ${wanted === 'apply' ? 'refused' : 'accepted'}`;
  return isRefused === (wanted === 'apply')
    ? { met: [phrase], unmet: [] }
    : { met: [], unmet: [phrase] };
}

const NO_OPERATOR: Problem = {
  reason: 'unknown_target',
  detail: 'the report names no operator',
  retryable: false,
};

function unknown(name: string): Problem {
  const detail = `${name} is no principal of this installation: whatever it may do elsewhere, it still may`;
  return { reason: 'unknown_target', detail, retryable: false };
}

function refused(detail: string): Problem {
  return { reason: 'refused', detail, retryable: false };
}
