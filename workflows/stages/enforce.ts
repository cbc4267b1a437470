import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { ActionResult } from '../../src/domain/events.ts';
import { isDestructive, isReversible } from '../../src/domain/destructive.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { isContaining } from '../../src/domain/sla.ts';
import { relentless } from '../effects.ts';
import type { Story } from '../story.ts';

/** Leaves behind a retry that ends when the action is in force. */
export function keepTrying(story: Story, action: PlannedAction, again = 0): void {
  if (story.retries.has(action.action)) return;
  const scope = new CancellationScope();
  const over = scope
    .run(() => enforce(story, action, again))
    .catch((error: unknown) => {
      // A try that was under way when it was given up may also have ended by failing.
      if (!isCancellation(error) && !scope.consideredCancelled) throw error;
    });
  story.retries.set(action.action, { scope, over });
}

/** Ends the retries; resolves when no attempt is under way any more. */
export async function stopContaining(story: Story): Promise<void> {
  for (const retry of story.retries.values()) retry.scope.cancel();
  await Promise.all([...story.retries.values()].map((retry) => retry.over));
  await Promise.all(story.destroying.values());
  // Of what was added late, a first attempt may not be over yet.
  if (story.trying.size > 0) await condition(() => story.trying.size === 0);
}

async function enforce(story: Story, action: PlannedAction, again: number): Promise<void> {
  const result = await enforced(story, action, again);
  story.retries.delete(action.action);
  if (story.resolved || result === null) return;
  story.tell({ type: 'action', result });
  tellVerdict(story);
  await story.written();
}

/** Null for a destructive step without evidence, which nobody may take. */
async function enforced(
  story: Story,
  action: PlannedAction,
  again: number,
): Promise<ActionResult | null> {
  const summary = `${action.action}, until it is in force`;
  const enforceIt = (request: Parameters<typeof relentless.enforce>[0]) =>
    relentless.enforce.executeWithOptions({ summary }, [request]);
  if (isReversible(action)) return enforceIt({ ...story.facts, actions: [action], again });
  const evidence = story.evidenceOf(action.on?.subject);
  if (!isDestructive(action) || evidence === null) return null;
  return enforceIt({ ...story.facts, actions: [action], again, evidence });
}

/** `contained` is said of an incident only when it was measured of every action. */
export function tellVerdict(story: Story): void {
  const { incident } = story;
  if (!incident.auto_contain || story.resolved) return;
  if (!isContaining(incident)) {
    if (incident.contained_at === '' || incident.state === 'open')
      story.tell({ type: 'contained' });
    return;
  }
  const failing = incident.containment_actions
    .filter((step) => step.status === 'partial' || step.status === 'failed')
    .map(({ action, target, status, reason, detail }) => ({
      action,
      target,
      status: status === 'partial' ? status : ('failed' as const),
      reason,
      detail,
    }));
  // What waits for evidence has not failed.
  if (failing.length === 0) return;
  if (incident.state !== 'containment_failed') story.tell({ type: 'containment_failed', failing });
}
