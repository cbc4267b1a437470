import { noted } from '../effects.ts';
import type { Story } from '../story.ts';

/** The signed bundle of all that happened so far, in the evidence store. */
export async function seal(story: Story): Promise<void> {
  if (story.incident.bundle !== null) return;
  // The bundle tells of all that was captured.
  await story.capturing;
  const { id } = story.incident;
  const bundle = await story.writtenBy((events) => noted.seal({ incident_id: id, events }));
  // The ledger has it already: it was written with the bundle.
  story.learn({ type: 'sealed', bundle });
}
