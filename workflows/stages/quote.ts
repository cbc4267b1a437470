import { ActivityFailure } from '@temporalio/workflow';
import type { Captured } from '../../src/domain/activities.ts';
import { readings } from '../effects.ts';
import { gap } from '../gap.ts';
import type { Story } from '../story.ts';

/** A host that gives no quote in this time gives none: its containment is then dated by the first that it gives. */
const PATIENCE = '15s';

/** Has the host's TPM say what it counts now. Nothing waits for it but a proof, which is dated by it. */
export async function quote(story: Story): Promise<void> {
  if (!story.course.capture.quote || story.input.resumed !== undefined) return;
  const quoted = await take(story);
  if (story.resolved) return;
  story.tell({ type: 'captured', ...quoted });
  await story.written();
}

async function take({ incident: { id, subject, binding } }: Story): Promise<Captured> {
  const request = { incident_id: id, host: subject.host ?? '', binding };
  const options = { summary: 'quote at containment', scheduleToCloseTimeout: PATIENCE } as const;
  try {
    return await readings.quote.executeWithOptions(options, [request]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return gap('quote', error.cause?.message ?? 'the agent gave no answer');
  }
}
