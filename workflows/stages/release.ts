import type { ReleaseResult } from '../../src/domain/events.ts';
import { isUnproved } from '../../src/domain/further.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { attempts, relentless } from '../effects.ts';
import type { Story } from '../story.ts';

/** Undoes the containment, last step first, as far as no other incident needs it; again until it is measured. */
export async function release(story: Story): Promise<void> {
  const actions = story.course.actions
    .filter((action) => isHeld(story, action))
    .map((action) => asFarAsProved(story, action))
    .toReversed();
  if (actions.length === 0) return story.written();
  const request = { ...story.facts, actions };
  const summary = `release ${actions.map((a) => a.action).join(', ')}`;
  // The same step first writes who opened the containment.
  const results = await story.writtenBy((events) =>
    attempts.release.executeWithOptions({ summary }, [{ ...request, events }]),
  );
  story.tell({ type: 'released', results: results.map((result) => explained(story, result)) });
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

/** What is on a host that was to prove itself and has not is undone by people, or not at all. */
function asFarAsProved({ incident }: Story, action: PlannedAction): PlannedAction {
  return isUnproved(incident, action) ? { ...action, release: 'manual' } : action;
}

function explained({ incident, course }: Story, result: ReleaseResult): ReleaseResult {
  const action = course.actions.find((planned) => planned.action === result.action);
  if (action === undefined || !isUnproved(incident, action)) return result;
  const detail = `Its host, ${action.on?.subject.host ?? 'which has no name'}, has not been proved; ${result.detail}`;
  return { ...result, reason: 'unproved', detail };
}

async function insist(story: Story, action: PlannedAction): Promise<void> {
  const request = { ...story.facts, actions: [action] };
  const summary = `release ${action.action}, until it is free`;
  const result = await relentless.ensureReleased.executeWithOptions({ summary }, [request]);
  story.tell({ type: 'released', results: [result] });
  await story.written();
}
