import { setTimeout as delay } from 'node:timers/promises';
import type { Activities, ContainRequest } from '../src/domain/activities.ts';
import type { ReleaseResult } from '../src/domain/events.ts';
import type { HoldKey } from '../src/domain/ledger.ts';
import type { PlannedAction } from '../src/domain/plan.ts';
import { notYet, onlyAction, requestFor } from './contain.ts';
import type { ActivityDeps } from './deps.ts';
import { record } from './record.ts';

/** While one incident undoes, no other applies; longer than any call to a target may take. */
const RELEASE_LEASE_MS = 75_000;

/** A reflex is over within seconds; what lasts longer is left to the engine's retries. */
const WAIT_STEPS_MS = [20, 50, 100, 250, 500, 1_000, 1_000];

/** Writes that the gate has opened, then undoes each action in the order given, unless another still holds it. */
export async function release(
  deps: ActivityDeps,
  { events, ...request }: Parameters<Activities['release']>[0],
): Promise<ReleaseResult[]> {
  await record(deps, { incident_id: request.incident_id, events });
  const results: ReleaseResult[] = [];
  const letGo: Promise<void>[] = [];
  for (const action of request.actions) {
    const { result, ended } = await undo(deps, request, action);
    results.push(result);
    letGo.push(ended);
  }
  await Promise.all(letGo);
  return results;
}

/** One action, until it is measured to be undone. */
export async function ensureReleased(
  deps: ActivityDeps,
  request: ContainRequest,
): Promise<ReleaseResult> {
  const action = onlyAction(request);
  const { result, ended } = await undo(deps, request, action);
  await ended;
  if (result.status !== 'failed') return result;
  throw notYet(action, { ...result, retryable: result.reason !== 'refused' });
}

/** `ended`: the hold is gone. Nobody need wait for it but who reports the whole. */
interface Undone {
  result: ReleaseResult;
  ended: Promise<void>;
}

async function undo(
  deps: ActivityDeps,
  request: ContainRequest,
  action: PlannedAction,
): Promise<Undone> {
  const { holds } = deps.ledger;
  const key = { incident_id: request.incident_id, resource: action.resource };
  const said = (
    status: ReleaseResult['status'],
    reason: string,
    detail: string,
    ended = Promise.resolve(),
  ): Undone => ({
    result: { action: action.action, target: action.target, status, reason, detail },
    ended,
  });
  if (action.release !== 'automatic') {
    const detail = 'It stays as it is until a person undoes it at the target';
    return said('manual', 'ok', detail, holds.endRelease(key));
  }
  const turn = await takeTurn(deps, key);
  if (turn === 'kept') return said('kept', 'ok', 'Another incident still holds it');
  if (turn === 'wait') return said('failed', 'busy', 'A step on it is still under way');
  const outcome = await deps.targets.release(requestFor(request, action, 'release'));
  const ended = outcome.status === 'released' ? holds.endRelease(key) : undefined;
  return said(outcome.status, outcome.reason, outcome.detail, ended);
}

async function takeTurn({ ledger, now }: ActivityDeps, key: HoldKey) {
  for (const step of WAIT_STEPS_MS) {
    const turn = await ledger.holds.beginRelease(key, now(), now() + RELEASE_LEASE_MS);
    if (turn !== 'wait') return turn;
    await delay(step);
  }
  return ledger.holds.beginRelease(key, now(), now() + RELEASE_LEASE_MS);
}
