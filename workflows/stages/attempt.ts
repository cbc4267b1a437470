import type { ActionResult } from '../../src/domain/events.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { atOnce, attempts } from '../effects.ts';
import type { Story } from '../story.ts';

/** The planned actions that have not been tried once. */
export function untried(story: Story): PlannedAction[] {
  return story.course.actions.filter((action) => stepOf(story, action)?.attempts === 0);
}

/** The actions that were last measured not to be in force. */
export function notInForce(story: Story): PlannedAction[] {
  return story.course.actions.filter((action) => stepOf(story, action)?.status !== 'contained');
}

/** Tries the actions side by side, once each, and tells what was measured. */
export async function attempt(story: Story, actions: PlannedAction[]): Promise<void> {
  const ours = actions.filter((action) => action.kind === 'ledger');
  const theirs = actions.filter((action) => action.kind === 'target');
  const results = await Promise.all([
    through(atOnce, story, ours),
    through(attempts, story, theirs),
  ]);
  for (const result of results.flat()) story.tell({ type: 'action', result });
}

/** The same within the workflow's own task. */
export async function attemptAtOnce(story: Story, actions: PlannedAction[]): Promise<void> {
  for (const result of await through(atOnce, story, actions))
    story.tell({ type: 'action', result });
}

async function through(
  { contain }: Pick<typeof attempts, 'contain'> | Pick<typeof atOnce, 'contain'>,
  story: Story,
  actions: PlannedAction[],
): Promise<ActionResult[]> {
  if (actions.length === 0) return [];
  const summary = actions.map((a) => a.action).join(', ');
  return contain.executeWithOptions({ summary }, [{ ...story.facts, actions }]);
}

function stepOf(story: Story, action: PlannedAction) {
  return story.incident.containment_actions.find((step) => step.action === action.action);
}
