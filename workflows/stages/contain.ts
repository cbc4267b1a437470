import type { LostSignal } from '../../src/domain/messages.ts';
import { nameOf, type Story } from '../story.ts';
import { attempt, isNotInForce, untried, untriedDestruction } from './attempt.ts';
import { destroy } from './destroy.ts';
import { keepTrying, tellVerdict } from './enforce.ts';

/**
 * Tries every action, says what came of it, and leaves behind a retry for each that is not in force. What destroys
 * evidence comes last, and is not waited for where its evidence is still to be kept.
 */
export async function contain(story: Story): Promise<void> {
  if (!story.resolved) {
    const actions = untried(story);
    await attempt(story, actions);
    tellVerdict(story);
    story.course.actions
      .filter((action) => !action.destructive && isNotInForce(story, action))
      .forEach((action) => keepTrying(story, action));
    await beginDestruction(story);
  }
  story.settled = true;
  await story.written();
}

/**
 * At once where there is evidence; where there is none, beside everything else, and once for all that wait for the
 * evidence of one subject. A further one has not been captured from before.
 */
export async function beginDestruction(story: Story): Promise<void> {
  const subjects = new Map(
    untriedDestruction(story).map(({ on }) => [on ? nameOf(on.subject) : '', on?.subject]),
  );
  for (const [name, further] of subjects) {
    if (story.receiptOf(further) !== null || (further === undefined && story.evidenceOf() !== null))
      await destroy(story, further);
    else if (!story.destroying.has(name)) {
      const destroying = destroy(story, further).finally(() => story.destroying.delete(name));
      story.destroying.set(name, destroying);
    }
  }
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
