import { readings } from '../effects.ts';
import type { Story } from '../story.ts';

/** The signed bundle of all that happened so far, in the evidence store. */
export async function seal(story: Story): Promise<void> {
  const request = { incident_id: story.incident.id };
  const bundle = await readings.seal.executeWithOptions({ summary: 'sign the bundle' }, [request]);
  story.tell({ type: 'sealed', bundle });
  await story.written();
}
