import { ActivityFailure, condition } from '@temporalio/workflow';
import { readings } from '../effects.ts';
import type { Story } from '../story.ts';

/** The activity keeps the deadline itself; this much later it is taken to be dead. */
const MARGIN_MS = 2_000;

/** Takes evidence before anything is changed further. What is late or cannot be had is a gap, never a delay. */
export async function capture(story: Story): Promise<void> {
  const { targets, deadline_ms } = story.course.capture;
  if (targets.length === 0 || story.input.resumed !== undefined) return;
  let over = false;
  const taken = take(story, targets, deadline_ms).then(() => (over = true));
  const inTime = await condition(() => over, deadline_ms + MARGIN_MS);
  if (!inTime) {
    gap(story, 'deadline');
    return;
  }
  await taken;
}

async function take(story: Story, targets: string[], deadline_ms: number): Promise<void> {
  try {
    const request = { ...story.facts, targets, deadline_ms };
    const summary = `snapshot of ${targets.join(', ')}`;
    const captured = await readings.capture.executeWithOptions({ summary }, [request]);
    story.tell({ type: 'captured', ...captured });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    gap(story, 'failed');
  }
}

function gap(story: Story, reason: string): void {
  story.tell({ type: 'captured', artifacts: [], gaps: [{ collector: 'targets', reason }] });
}
