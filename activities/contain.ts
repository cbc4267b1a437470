import { ApplicationFailure } from '@temporalio/common';
import { actionRequest } from '../src/domain/action-request.ts';
import type { ContainRequest, DestroyRequest } from '../src/domain/activities.ts';
import type { ActionResult } from '../src/domain/events.ts';
import { isDestructive } from '../src/domain/destructive.ts';
import type { PlannedAction } from '../src/domain/plan.ts';
import { lacksRole, type Role } from '../src/domain/principal.ts';
import type { ActionOutcome, ActionRequest } from '../src/domain/target.ts';
import { countReversible } from './count-steps.ts';
import type { ActivityDeps } from './deps.ts';
import { doubtsAbout, withoutEvidence } from './gate.ts';

/** A target that refuses is asked again this often: it heals when a person has mended its credentials. */
const REFUSED_RETRY_MS = 30_000;

/** One attempt at each action, side by side; at none that destroys evidence, where the evidence does not verify. */
export async function contain(
  deps: ActivityDeps,
  request: ContainRequest | DestroyRequest,
): Promise<ActionResult[]> {
  const doubts = await doubtsAbout(deps, request);
  const counted = countReversible(deps, request);
  const results = request.actions.map(async (action) => {
    const outcome = await attempt(deps, request, action, doubts);
    return resultOf(action, outcome);
  });
  const [measured] = await Promise.all([Promise.all(results), counted]);
  return measured;
}

/** One action, until it is in force: throws otherwise, and says when to try again. */
export async function enforce(
  deps: ActivityDeps,
  request: ContainRequest | DestroyRequest,
): Promise<ActionResult> {
  const action = onlyAction(request);
  const outcome = await attempt(deps, request, action, await doubtsAbout(deps, request));
  if (outcome.status === 'contained') return resultOf(action, outcome);
  throw notYet(action, outcome);
}

/** Fails in the way that makes the engine try again, after what the target asked for or its refusal deserves. */
export function notYet(
  action: PlannedAction,
  outcome: { reason: string; detail: string; retryable: boolean; retry_after_ms?: number },
): ApplicationFailure {
  const delay = outcome.retryable ? outcome.retry_after_ms : REFUSED_RETRY_MS;
  return ApplicationFailure.create({
    message: `${action.action}: ${outcome.reason}. ${outcome.detail}`,
    type: outcome.reason,
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

export function onlyAction({ actions }: ContainRequest): PlannedAction {
  const [action] = actions;
  if (action === undefined || actions.length > 1) throw new RangeError('expected one action');
  return action;
}

export function requestFor(
  request: ContainRequest,
  action: PlannedAction,
  effect: 'apply' | 'release',
): ActionRequest {
  const { again } = request;
  return actionRequest(request, action, { effect, again, timeout_ms: action.timeout_ms });
}

async function attempt(
  deps: ActivityDeps,
  request: ContainRequest,
  action: PlannedAction,
  doubts: string,
): Promise<ActionOutcome> {
  if (isDestructive(action) && doubts !== '') return withoutEvidence(doubts);
  if (action.kind === 'ledger') return alert(deps, request, action);
  const key = { incident_id: request.incident_id, resource: action.resource };
  if (!(await deps.ledger.holds.mayApply(key, deps.now()))) return BEING_RELEASED;
  return deps.targets.apply(requestFor(request, action, 'apply'));
}

const BEING_RELEASED: ActionOutcome = {
  status: 'failed',
  reason: 'no_effect',
  detail: 'Another incident is in the middle of releasing it',
  retryable: true,
  retry_after_ms: 500,
};

/** The alert is in force when it can be read back from the ledger. */
async function alert(
  deps: ActivityDeps,
  request: ContainRequest,
  action: PlannedAction,
): Promise<ActionOutcome> {
  const { ledger, now } = deps;
  const key = `alert/${action.action}`;
  const message = `${request.severity} ${request.class}: ${request.reason}`;
  const at = new Date(now()).toISOString();
  const event = { type: 'alert', message, ...(await whomTo(deps, action.action)) } as const;
  await ledger.log.append(request.incident_id, [{ key, at, actor: 'cordon', event }]);
  const entries = await ledger.register.timeline(request.incident_id);
  return entries.some((entry) => entry.key === key)
    ? { status: 'contained', reason: 'ok', detail: '', retryable: false }
    : { status: 'failed', reason: 'no_effect', detail: 'Not in the ledger', retryable: true };
}

/** By name, so that it can be seen afterwards who should have known. */
async function whomTo(
  { ledger, alerted }: ActivityDeps,
  action: string,
): Promise<{ to?: { role: Role; persons: string[] } }> {
  const role = alerted(action);
  if (role === undefined) return {};
  const all = await ledger.principals.all();
  const persons = all.filter((one) => one.kind === 'person' && !lacksRole(one, [role]));
  return { to: { role, persons: persons.map(({ name }) => name) } };
}

function resultOf({ action, target }: PlannedAction, outcome: ActionOutcome): ActionResult {
  const { status, reason, detail } = outcome;
  return { action, target, status, reason, detail };
}
