import type { ActionResult } from '../../src/domain/events.ts';
import type { EvidenceGate } from '../../src/domain/evidence-receipt.ts';
import {
  isDestructive,
  isReversible,
  type DestructiveAction,
  type ReversibleAction,
} from '../../src/domain/destructive.ts';
import { isWithheld } from '../../src/domain/held.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { atOnce, attempts } from '../effects.ts';
import type { Story } from '../story.ts';

/**
 * The planned actions that have not been tried once: those that can be undone, and those that destroy evidence, unless
 * the breaker holds them.
 */
export function untried(story: Story): ReversibleAction[] {
  return story.course.actions.filter((action) => isUntried(story, action)).filter(isReversible);
}

export function untriedDestruction(story: Story): DestructiveAction[] {
  return story.course.actions
    .filter((action) => isUntried(story, action) && !isWithheld(story.incident, action.action))
    .filter(isDestructive);
}

/** True where the action was last measured not to be in force, and nobody is about to measure it. */
export function isNotInForce(story: Story, action: PlannedAction): boolean {
  return stepOf(story, action)?.status !== 'contained' && !story.trying.has(action.action);
}

/** Tries the actions side by side, once each, and tells what was measured. */
export async function attempt(story: Story, actions: ReversibleAction[]): Promise<void> {
  const ours = actions.filter((action) => action.kind === 'ledger');
  const theirs = actions.filter((action) => action.kind === 'target');
  await trying(story, actions, async () => {
    const results = await Promise.all([
      through(atOnce, story, ours),
      through(attempts, story, theirs),
    ]);
    return results.flat();
  });
}

/** The same within the workflow's own task. */
export async function attemptAtOnce(story: Story, actions: ReversibleAction[]): Promise<void> {
  await trying(story, actions, () => through(atOnce, story, actions));
}

/** The same for what destroys evidence, with the evidence. */
export async function attemptDestruction(
  story: Story,
  actions: DestructiveAction[],
  evidence: EvidenceGate,
): Promise<void> {
  if (actions.length === 0) return;
  const summary = actions.map((a) => a.action).join(', ');
  const request = { ...story.facts, actions, evidence };
  await trying(story, actions, () => attempts.destroy.executeWithOptions({ summary }, [request]));
}

/** Tells the results; until then none of the actions is begun by anybody else. */
async function trying(
  story: Story,
  actions: readonly PlannedAction[],
  attempting: () => Promise<ActionResult[]>,
): Promise<void> {
  for (const { action } of actions) story.trying.add(action);
  try {
    for (const result of await attempting()) story.tell({ type: 'action', result });
  } finally {
    for (const { action } of actions) story.trying.delete(action);
  }
}

async function through(
  { contain }: Pick<typeof attempts, 'contain'> | Pick<typeof atOnce, 'contain'>,
  story: Story,
  actions: ReversibleAction[],
): Promise<ActionResult[]> {
  if (actions.length === 0) return [];
  const summary = actions.map((a) => a.action).join(', ');
  return contain.executeWithOptions({ summary }, [{ ...story.facts, actions }]);
}

function isUntried(story: Story, action: PlannedAction): boolean {
  return stepOf(story, action)?.attempts === 0 && !story.trying.has(action.action);
}

function stepOf(story: Story, action: PlannedAction) {
  return story.incident.containment_actions.find((step) => step.action === action.action);
}
