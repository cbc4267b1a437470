import { ActivityFailure } from '@temporalio/workflow';
import type { Captured, IncidentFacts } from '../../src/domain/activities.ts';
import type { Subject } from '../../src/domain/report.ts';
import { readings } from '../effects.ts';
import { gap } from '../gap.ts';
import type { Story } from '../story.ts';

/** The agent keeps the deadline itself; the engine gives it up this much later, the worker's death included. */
const MARGIN_MS = 15_000;

/** Captures from the host beside everything else: only what destroys evidence waits for it. */
export async function captureHost(story: Story, further?: Subject): Promise<void> {
  const host_ms = hostMs(story, further);
  if (!host_ms) return;
  const facts = { ...story.facts, ...(further && { subject: further }) };
  const captured = await take(facts, host_ms);
  story.tell({ type: 'captured', ...captured, ...(further && { of: further }) });
  await story.written();
}

/** How long the subject is captured from on its host, in milliseconds; 0 where it is on none. */
export function hostMs({ course }: Story, further?: Subject): number {
  const { host_ms, further_host_ms = 0 } = course.capture;
  // What an earlier version has planned knows of no host.
  return Math.max(host_ms ?? 0, further === undefined ? 0 : further_host_ms);
}

/** Once more where the incident has become critical: only then is memory taken. */
export function captureCritical(story: Story): void {
  if (story.incident.severity !== 'critical') return;
  story.capturing = story.capturing.then(() => captureHost(story));
}

async function take(facts: IncidentFacts, deadline_ms: number): Promise<Captured> {
  const summary = `capture from ${facts.subject.host ?? 'the host'}`;
  const scheduleToCloseTimeout = deadline_ms + MARGIN_MS;
  try {
    const options = { summary, scheduleToCloseTimeout };
    return await readings.captureHost.executeWithOptions(options, [{ ...facts, deadline_ms }]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return gap('host', error.cause?.message ?? 'the agent gave no answer');
  }
}
