import { ActivityFailure } from '@temporalio/workflow';
import type { Subject } from '../../src/domain/report.ts';
import { readings } from '../effects.ts';
import { gap } from '../gap.ts';
import { nameOf, type Story } from '../story.ts';
import { hostMs } from './capture-host.ts';

/** The activity keeps the deadline itself; the engine gives it up this much later, the worker's death included. */
const MARGIN_MS = 2_000;

/** Takes evidence before anything is changed further. What is late or cannot be had is a gap, never a delay. */
export async function capture(story: Story): Promise<void> {
  if (story.input.resumed === undefined) await captureNow(story);
}

/** The same in a run that goes on from another, whose evidence is still to be kept; and about a further subject. */
export async function captureNow(story: Story, further?: Subject): Promise<void> {
  const { deadline_ms } = story.course.capture;
  const targets = targetsAbout(story, further);
  if (targets.length === 0) return;
  const facts = { ...story.facts, ...(further && { subject: further }) };
  const request = { ...facts, targets, deadline_ms, seal: hostMs(story, further) === 0 };
  const options = {
    summary: `snapshot of ${targets.join(', ')}`,
    scheduleToCloseTimeout: deadline_ms + MARGIN_MS,
  };
  try {
    const captured = await readings.capture.executeWithOptions(options, [request]);
    story.tell({ type: 'captured', ...captured, ...(further && { of: further }) });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const reason = error.retryState === 'TIMEOUT' ? 'deadline' : 'failed';
    story.tell({ type: 'captured', ...gap('targets', reason) });
  }
}

/** About a further subject, only those speak that something is done by to it. */
function targetsAbout({ course }: Story, further?: Subject): string[] {
  const { targets } = course.capture;
  if (further === undefined) return targets;
  const name = nameOf(further);
  const acting = course.actions.filter(({ on }) => on && nameOf(on.subject) === name);
  const theirs = targets.filter((target) => acting.some((action) => action.target === target));
  return theirs.length === 0 ? targets : theirs;
}
