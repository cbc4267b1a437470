import type { PlannedAction } from './plan.ts';

/** One that destroys evidence, and so takes evidence to be carried out; and one that does not. */
export type DestructiveAction = PlannedAction & { destructive: true };
export type ReversibleAction = PlannedAction & { destructive: false };

export function isDestructive(action: PlannedAction): action is DestructiveAction {
  return action.destructive;
}

export function isReversible(action: PlannedAction): action is ReversibleAction {
  return !action.destructive;
}
