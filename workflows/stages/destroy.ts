import { condition } from '@temporalio/workflow';
import type { DestructiveAction } from '../../src/domain/destructive.ts';
import type { Story } from '../story.ts';
import { attemptDestruction, isNotInForce, untriedDestruction } from './attempt.ts';
import { captureNow } from './capture.ts';
import { captureHost } from './capture-host.ts';
import { keepTrying, tellVerdict } from './enforce.ts';

/** What stood in the way of the evidence may have been mended by then: a full disk, a silent host. */
const CAPTURE_AGAIN_AFTER_MS = 60_000;
/** A hold may last for days, and each capture is a page of the history. */
const CAPTURE_AGAIN_AT_MOST_MS = 30 * 60_000;

/**
 * Takes the steps that destroy evidence, once evidence was kept. Where it could not be, policy says whether they are
 * held, and the capture tried again for as long as it takes, or taken all the same.
 */
export async function destroy(story: Story): Promise<void> {
  await story.capturing;
  await untilEvidence(story);
  const evidence = story.evidence;
  if (evidence === null || story.resolved) return;
  const actions = untriedDestruction(story);
  await attemptDestruction(story, actions, evidence);
  tellVerdict(story);
  actions.filter((action) => isNotInForce(story, action)).forEach((a) => keepTrying(story, a));
  await story.written();
}

async function untilEvidence(story: Story): Promise<void> {
  let held: DestructiveAction[] = [];
  let waitMs = CAPTURE_AGAIN_AFTER_MS;
  while (story.evidence === null && !story.resolved) {
    const actions = untriedDestruction(story);
    const decision = story.course.capture.on_failure;
    if (decision === 'proceed' || actions.length > held.length) tellGate(story, decision, actions);
    await story.written();
    held = actions;
    if (story.evidence !== null) return;
    if (await condition(() => story.resolved, waitMs)) return;
    waitMs = Math.min(2 * waitMs, CAPTURE_AGAIN_AT_MOST_MS);
    await (story.course.capture.host_ms > 0 ? captureHost(story) : captureNow(story));
  }
}

function tellGate(story: Story, decision: 'hold' | 'proceed', actions: DestructiveAction[]): void {
  const reason = story.incident.gaps.map((gap) => `${gap.collector} (${gap.reason})`).join(', ');
  story.tell({
    type: 'evidence_gate',
    decision,
    actions: actions.map(({ action }) => action),
    reason: reason === '' ? 'no evidence was kept' : `not enough evidence was kept: ${reason}`,
  });
}
