import { condition } from '@temporalio/workflow';
import type { DestructiveAction } from '../../src/domain/destructive.ts';
import { nameOf, type Story } from '../story.ts';
import type { Subject } from '../../src/domain/report.ts';
import { attemptDestruction, isNotInForce, untriedDestruction } from './attempt.ts';
import { passBreaker } from './breaker.ts';
import { captureNow } from './capture.ts';
import { captureHost, hostMs } from './capture-host.ts';
import { keepTrying, tellVerdict } from './enforce.ts';

/** What stood in the way of the evidence may have been mended by then: a full disk, a silent host. */
const CAPTURE_AGAIN_AFTER_MS = 60_000;
/** A hold may last for days, and each capture is a page of the history. */
const CAPTURE_AGAIN_AT_MOST_MS = 30 * 60_000;

/**
 * Takes the steps that destroy evidence of one subject, once evidence of it was kept. Where it could not be, policy says
 * whether they are held, and the capture tried again for as long as it takes, or taken all the same.
 */
export async function destroy(story: Story, further?: Subject): Promise<void> {
  if (further === undefined) await story.capturing;
  else if (story.receiptOf(further) === null) await captureAgain(story, further);
  await untilEvidence(story, further);
  const evidence = story.evidenceOf(further);
  if (evidence === null || story.resolved) return;
  const actions = await passBreaker(story, waitingFor(story, further));
  if (story.resolved) return;
  await attemptDestruction(story, actions, evidence);
  tellVerdict(story);
  actions.filter((action) => isNotInForce(story, action)).forEach((a) => keepTrying(story, a));
  await story.written();
}

async function untilEvidence(story: Story, further?: Subject): Promise<void> {
  let held: DestructiveAction[] = [];
  let waitMs = CAPTURE_AGAIN_AFTER_MS;
  while (story.evidenceOf(further) === null && !story.resolved) {
    const actions = waitingFor(story, further);
    const decision = story.course.capture.on_failure;
    if (decision === 'proceed' || actions.length > held.length) tellGate(story, decision, actions);
    await story.written();
    held = actions;
    if (story.evidenceOf(further) !== null) return;
    if (await condition(() => story.resolved, waitMs)) return;
    waitMs = Math.min(2 * waitMs, CAPTURE_AGAIN_AT_MOST_MS);
    await captureAgain(story, further);
  }
}

function captureAgain(story: Story, further?: Subject): Promise<void> {
  const capture = () =>
    hostMs(story, further) > 0 ? captureHost(story, further) : captureNow(story, further);
  return further === undefined ? capture() : story.capturingFurther.take(capture);
}

function waitingFor(story: Story, further?: Subject): DestructiveAction[] {
  const name = further && nameOf(further);
  return untriedDestruction(story).filter(({ on }) => (on && nameOf(on.subject)) === name);
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
