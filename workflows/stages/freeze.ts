import type { Story } from '../story.ts';
import { attempt, untried } from './attempt.ts';

/** Stops the clock for evidence. The reflex has usually done it; here it is made certain. */
export async function freeze(story: Story): Promise<void> {
  if (story.resolved) return;
  await attempt(
    story,
    untried(story).filter((action) => action.freeze),
  );
}
