import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LostSignal } from '../../src/domain/messages.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { isContaining } from '../../src/domain/sla.ts';
import { relentless } from '../effects.ts';
import type { Story } from '../story.ts';
import { attempt, notInForce, untried } from './attempt.ts';

/** Tries every action, says what came of it, and leaves behind a retry for each that is not in force. */
export async function contain(story: Story): Promise<void> {
  if (!story.resolved) {
    await attempt(story, untried(story));
    tellVerdict(story);
    notInForce(story).forEach((action) => keepTrying(story, action));
  }
  story.settled = true;
  await story.written();
}

/** What was in force is not any more: says so, and applies it anew. */
export async function regain(story: Story, { action: name, detail }: LostSignal): Promise<void> {
  const step = story.incident.containment_actions.find(({ action }) => action === name);
  const action = story.course.actions.find((planned) => planned.action === name);
  if (story.resolved || step?.status !== 'contained' || action?.kind !== 'target') return;
  const { target, attempts } = step;
  const lost = { action: name, target, status: 'failed', reason: 'lost', detail } as const;
  story.tell({ type: 'action', result: lost });
  tellVerdict(story);
  keepTrying(story, action, attempts);
  await story.written();
}

/** Ends the retries; resolves when no attempt is under way any more. */
export async function stopContaining(story: Story): Promise<void> {
  for (const retry of story.retries.values()) retry.scope.cancel();
  await Promise.all([...story.retries.values()].map((retry) => retry.over));
}

function keepTrying(story: Story, action: PlannedAction, again = 0): void {
  if (story.retries.has(action.action)) return;
  const scope = new CancellationScope();
  const over = scope
    .run(() => enforce(story, action, again))
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  story.retries.set(action.action, { scope, over });
}

async function enforce(story: Story, action: PlannedAction, again: number): Promise<void> {
  const request = { ...story.facts, actions: [action], again };
  const summary = `${action.action}, until it is in force`;
  const result = await relentless.enforce.executeWithOptions({ summary }, [request]);
  story.retries.delete(action.action);
  if (story.resolved) return;
  story.tell({ type: 'action', result });
  tellVerdict(story);
  await story.written();
}

/** `contained` is said of an incident only when it was measured of every action. */
function tellVerdict(story: Story): void {
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
  if (incident.state !== 'containment_failed') story.tell({ type: 'containment_failed', failing });
}
