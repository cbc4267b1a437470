import type { IncidentFacts } from './activities.ts';
import { containmentKey, effectKey } from './idempotency.ts';
import type { PlannedAction } from './plan.ts';
import type { ActionRequest } from './target.ts';

/** How it is asked for. `again`: as in `effectKey`. */
interface Way {
  effect: 'apply' | 'release';
  again?: number | undefined;
  timeout_ms: number;
}

/** What a target is asked: the policy's action, on the subject of the incident or the further one that is named. */
export function actionRequest(
  { incident_id, class: incidentClass, reason, severity, subject }: IncidentFacts,
  planned: Pick<PlannedAction, 'action' | 'target' | 'resource' | 'on'>,
  { effect, again, timeout_ms }: Way,
): ActionRequest {
  const { action, target, resource, on } = planned;
  return {
    ...{ incident_id, class: incidentClass, reason, severity },
    subject: on?.subject ?? subject,
    action: on?.action ?? action,
    target,
    resource,
    containment_key: containmentKey(incident_id, planned),
    idempotency_key: effectKey(incident_id, planned, effect, again),
    timeout_ms,
  };
}
