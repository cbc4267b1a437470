import { ActivityFailure, condition } from '@temporalio/workflow';
import { wantsScope } from '../../src/domain/progress.ts';
import { inventories } from '../effects.ts';
import type { Story } from '../story.ts';

/** An inventory that does not answer is asked again for as long as somebody wants to know. */
const ASK_AGAIN_AFTER = '30s';

/** Finds out what the subject can have reached, as soon as a step of the playbook is about it. */
export async function scope(story: Story): Promise<void> {
  const isOver = () => story.over || story.resolved;
  await condition(() => isOver() || wantsScope(story.incident));
  while (!isOver() && wantsScope(story.incident)) {
    const problem = await find(story);
    if (problem === '') return;
    if (story.incident.playbook?.scope_problem !== problem) {
      story.tell({ type: 'scope_unknown', reason: problem });
      await story.written();
    }
    await condition(isOver, ASK_AGAIN_AFTER);
  }
}

/** Why it could not be found out; '' where it was. */
async function find(story: Story): Promise<string> {
  const { id, subject } = story.incident;
  try {
    const summary = 'what the subject can have reached';
    const radius = await inventories.reach.executeWithOptions({ summary }, [
      { incident_id: id, subject },
    ]);
    if (story.resolved) return '';
    story.tell({ type: 'scoped', ...radius });
    return '';
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return error.cause?.message ?? 'the inventory gave no answer';
  }
}
