import type { Activities } from '../src/domain/activities.ts';
import { countSteps } from './count-steps.ts';
import type { ActivityDeps } from './deps.ts';

/** Below the limit nobody is asked; what is held waits for as long as the policy gives a person to decide. */
export async function mayDestroy(
  deps: ActivityDeps,
  { incident_id, actions }: Parameters<Activities['mayDestroy']>[0],
): ReturnType<Activities['mayDestroy']> {
  const beyond = await countSteps(deps, incident_id, actions);
  const reasons = new Map(beyond.map(({ resource, reason }) => [resource, reason]));
  return {
    held: actions.filter(({ resource }) => reasons.has(resource)).map(({ action }) => action),
    reason: [...new Set(reasons.values())].join('; '),
    decide_ms: deps.policy().recovery.breaker.decide_within,
  };
}
