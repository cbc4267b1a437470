import { condition } from '@temporalio/workflow';
import { isDeclined, isPassed } from '../../src/domain/held.ts';
import type { Story } from '../story.ts';
import { beginDestruction } from './contain.ts';
import { tellVerdict } from './enforce.ts';

/** Takes what the breaker has held as soon as a person has approved it; what was declined is left undone. */
export async function takeDecided(story: Story): Promise<void> {
  const known = new Set<string>();
  const isOver = () => story.over || story.resolved;
  const decided = () =>
    (story.incident.breaker?.held ?? [])
      .map(({ action }) => action)
      .filter((action) => isPassed(story.incident, action) || isDeclined(story.incident, action))
      .filter((action) => !known.has(action));
  for (;;) {
    await condition(() => isOver() || (story.settled && decided().length > 0));
    if (isOver()) return;
    decided().forEach((action) => known.add(action));
    tellVerdict(story);
    await story.written();
    await beginDestruction(story);
  }
}
