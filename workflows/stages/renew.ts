import type { Story } from '../story.ts';
import { captureCritical } from './capture-host.ts';
import { contain } from './contain.ts';
import { freeze } from './freeze.ts';

/** Takes the steps that were planned anew, like those of the beginning and not before these have been tried. */
export async function renew(story: Story, { isRaised }: { isRaised: boolean }): Promise<void> {
  await story.written();
  await story.attempted();
  if (story.resolved) return;
  await freeze(story);
  if (story.resolved) return;
  if (isRaised) captureCritical(story);
  await contain(story);
}
