import type { Story } from '../story.ts';
import { attemptAtOnce, untried } from './attempt.ts';

/** Stops the clock for evidence. The reflex has usually done it; here it is made certain, before anything else. */
export async function freeze(story: Story, only = story.course.actions): Promise<void> {
  if (story.resolved) return;
  const freezes = untried(story).filter((action) => action.freeze && only.includes(action));
  await attemptAtOnce(story, freezes);
}
