import type { PlannedAction } from '../../src/domain/plan.ts';
import { attempts, relentless } from '../effects.ts';
import type { Story } from '../story.ts';

/** Undoes the containment, last step first, as far as no other incident needs it; again until it is measured. */
export async function release(story: Story): Promise<void> {
  const actions = story.course.actions.filter((action) => isHeld(story, action)).toReversed();
  if (actions.length === 0) return story.written();
  const request = { ...story.facts, actions };
  const summary = `release ${actions.map((a) => a.action).join(', ')}`;
  // The same step first writes who opened the containment.
  const results = await story.writtenBy((events) =>
    attempts.release.executeWithOptions({ summary }, [{ ...request, events }]),
  );
  story.tell({ type: 'released', results });
  const failed = new Set(results.filter((r) => r.status === 'failed').map((r) => r.action));
  if (failed.size === 0) return;
  await story.written();
  await Promise.all(actions.filter((a) => failed.has(a.action)).map((a) => insist(story, a)));
}

/** An earlier run may have let go of some already. */
function isHeld(story: Story, { action, kind }: PlannedAction): boolean {
  const step = story.incident.containment_actions.find((other) => other.action === action);
  const over = ['released', 'kept', 'manual'].includes(step?.status ?? '');
  return kind === 'target' && !over;
}

async function insist(story: Story, action: PlannedAction): Promise<void> {
  const request = { ...story.facts, actions: [action] };
  const summary = `release ${action.action}, until it is free`;
  const result = await relentless.ensureReleased.executeWithOptions({ summary }, [request]);
  story.tell({ type: 'released', results: [result] });
  await story.written();
}
