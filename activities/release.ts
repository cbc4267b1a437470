import { setTimeout as delay } from 'node:timers/promises';
import type { ContainRequest } from '../src/domain/activities.ts';
import type { ReleaseResult } from '../src/domain/events.ts';
import type { HoldKey } from '../src/domain/ledger.ts';
import type { PlannedAction } from '../src/domain/plan.ts';
import { notYet, onlyAction, requestFor } from './contain.ts';
import type { ActivityDeps } from './deps.ts';

/** While one incident undoes, no other applies; longer than any call to a target may take. */
const RELEASE_LEASE_MS = 75_000;

/** A reflex is over within seconds; what lasts longer is left to the engine's retries. */
const WAIT_STEPS_MS = [20, 50, 100, 250, 500, 1_000, 1_000];

/** Undoes each action in the order given, unless another incident still holds it. */
export async function release(
  deps: ActivityDeps,
  request: ContainRequest,
): Promise<ReleaseResult[]> {
  const results: ReleaseResult[] = [];
  for (const action of request.actions) results.push(await undo(deps, request, action));
  return results;
}

/** One action, until it is measured to be undone. */
export async function ensureReleased(
  deps: ActivityDeps,
  request: ContainRequest,
): Promise<ReleaseResult> {
  const action = onlyAction(request);
  const result = await undo(deps, request, action);
  if (result.status !== 'failed') return result;
  throw notYet(action, { ...result, retryable: result.reason !== 'refused' });
}

async function undo(
  deps: ActivityDeps,
  request: ContainRequest,
  action: PlannedAction,
): Promise<ReleaseResult> {
  const named = { action: action.action, target: action.target };
  const key = { incident_id: request.incident_id, resource: action.resource };
  if (action.release !== 'automatic') {
    await deps.ledger.holds.endRelease(key);
    const detail = 'It stays as it is until a person undoes it at the target';
    return { ...named, status: 'manual', reason: 'ok', detail };
  }
  const turn = await takeTurn(deps, key);
  if (turn === 'kept') {
    return { ...named, status: 'kept', reason: 'ok', detail: 'Another incident still holds it' };
  }
  if (turn === 'wait') {
    return {
      ...named,
      status: 'failed',
      reason: 'busy',
      detail: 'A step on it is still under way',
    };
  }
  const { status, reason, detail } = await deps.targets.release(
    requestFor(request, action, 'release'),
  );
  if (status === 'released') await deps.ledger.holds.endRelease(key);
  return { ...named, status, reason, detail };
}

async function takeTurn({ ledger, now }: ActivityDeps, key: HoldKey) {
  for (const step of WAIT_STEPS_MS) {
    const turn = await ledger.holds.beginRelease(key, now(), now() + RELEASE_LEASE_MS);
    if (turn !== 'wait') return turn;
    await delay(step);
  }
  return ledger.holds.beginRelease(key, now(), now() + RELEASE_LEASE_MS);
}
