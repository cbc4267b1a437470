import { noted } from '../effects.ts';
import type { Story } from '../story.ts';

/** Tells the class's counter, which answers later, and only where the threshold is reached, by a signal. */
export async function detect(story: Story): Promise<void> {
  const { id, plan, occurred_at, resumed } = story.input;
  if (plan.escalation === null || resumed !== undefined) return;
  const { threshold, window_ms } = plan.escalation;
  const occurrence = { incident_id: id, at_ms: Date.parse(occurred_at), threshold, window_ms };
  await noted.countOccurrence({ class: story.input.class, occurrence });
}
