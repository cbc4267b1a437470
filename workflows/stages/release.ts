import type { PlannedAction } from '../../src/domain/plan.ts';
import { attempts, relentless } from '../effects.ts';
import type { Story } from '../story.ts';

/** Undoes the containment, last step first, as far as no other incident needs it; again until it is measured. */
export async function release(story: Story): Promise<void> {
  const actions = story.course.actions.filter((action) => action.kind === 'target').toReversed();
  if (actions.length === 0) return;
  const request = { ...story.facts, actions };
  const summary = `release ${actions.map((a) => a.action).join(', ')}`;
  const results = await attempts.release.executeWithOptions({ summary }, [request]);
  story.tell({ type: 'released', results });
  const failed = new Set(results.filter((r) => r.status === 'failed').map((r) => r.action));
  await story.written();
  await Promise.all(actions.filter((a) => failed.has(a.action)).map((a) => insist(story, a)));
}

async function insist(story: Story, action: PlannedAction): Promise<void> {
  const request = { ...story.facts, actions: [action] };
  const summary = `release ${action.action}, until it is free`;
  const result = await relentless.ensureReleased.executeWithOptions({ summary }, [request]);
  story.tell({ type: 'released', results: [result] });
  await story.written();
}
