import { noted } from '../effects.ts';
import type { Story } from '../story.ts';

/** The signed bundle of all that happened so far, in the evidence store. */
export async function seal(story: Story): Promise<void> {
  if (story.incident.bundle !== null) return;
  // The bundle tells of all that was captured.
  await story.capturing;
  await sealNow(story, false);
}

/** The same once more, with the review in it. */
export async function sealReviewed(story: Story): Promise<void> {
  await sealNow(story, true);
}

async function sealNow(story: Story, reviewed: boolean): Promise<void> {
  const { id } = story.incident;
  const about = { incident_id: id, ...(reviewed && { reviewed }) };
  const bundle = await story.writtenBy((events) => noted.seal({ ...about, events }));
  // The ledger has it already: it was written with the bundle.
  story.learn({ type: 'sealed', bundle });
}
