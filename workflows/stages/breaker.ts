import { patched } from '@temporalio/workflow';
import type { DestructiveAction } from '../../src/domain/destructive.ts';
import { isPassed } from '../../src/domain/held.ts';
import { noted } from '../effects.ts';
import type { Story } from '../story.ts';

/** A run of before there was a breaker asked nobody, and is replayed as it was. */
const ASKED = 'breaker';

/** Those of the actions that may be taken now. What would be too much without a person is held, and that is told. */
export async function passBreaker(
  story: Story,
  actions: DestructiveAction[],
): Promise<DestructiveAction[]> {
  const asked = actions.filter(({ action }) => !isPassed(story.incident, action));
  if (asked.length === 0 || !patched(ASKED)) return actions;
  const { held, reason, decide_ms } = await asking(story, asked);
  if (held.length === 0 || story.resolved) return actions;
  const decide_by = new Date(Date.now() + decide_ms).toISOString();
  story.tell({ type: 'breaker_held', actions: held, reason, decide_by });
  return actions.filter(({ action }) => !held.includes(action));
}

/** Nobody begins with any of them meanwhile. */
async function asking(story: Story, actions: DestructiveAction[]) {
  for (const { action } of actions) story.trying.add(action);
  try {
    return await noted.mayDestroy({ incident_id: story.incident.id, actions });
  } finally {
    for (const { action } of actions) story.trying.delete(action);
  }
}
