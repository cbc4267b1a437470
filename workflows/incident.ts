import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { IncidentInput } from '../src/domain/messages.ts';
import { takeCommands } from './commands.ts';
import { observeAgain } from './observe.ts';
import { keepProofsFresh } from './proofs.ts';
import { keepServiceLevels } from './service-levels.ts';
import { takeDecided } from './stages/decided.ts';
import { capture } from './stages/capture.ts';
import { captureHost } from './stages/capture-host.ts';
import { contain } from './stages/contain.ts';
import { detect } from './stages/detect.ts';
import { engage } from './stages/engage.ts';
import { stopContaining } from './stages/enforce.ts';
import { freeze } from './stages/freeze.ts';
import { quote } from './stages/quote.ts';
import { release } from './stages/release.ts';
import { review } from './stages/review.ts';
import { scope } from './stages/scope.ts';
import { seal } from './stages/seal.ts';
import { untilAcknowledged, untilReattested, untilResolved } from './stages/waits.ts';
import { beginWatch, watch } from './stages/watch.ts';
import { Story } from './story.ts';

/**
 * One incident from its report to its review. Cancelling the workflow changes nothing: a containment is opened
 * by the ceremony and by nothing else.
 */
export async function incident(input: IncidentInput): Promise<void> {
  await CancellationScope.nonCancellable(() => respond(new Story(input)));
}

async function respond(story: Story): Promise<void> {
  takeCommands(story);
  const clock = keepServiceLevels(story);
  const proofs = keepProofsFresh(story);
  const counted = detect(story);
  const observed = observeAgain(story);
  const played = [scope(story), engage(story), takeDecided(story)];

  await freeze(story);
  story.dated = quote(story);
  story.capturing = story.input.resumed === undefined ? captureHost(story) : Promise.resolve();
  await capture(story);
  await contain(story);
  await untilAcknowledged(story);
  await untilReattested(story);
  await untilResolved(story);
  await stopContaining(story);
  await release(story);
  beginWatch(story);
  await seal(story);
  await review(story);
  await watch(story);

  story.over = true;
  await Promise.all([
    clock,
    proofs,
    counted,
    observed,
    ...played,
    story.dated,
    story.capturing,
    ...story.destroying.values(),
    condition(allHandlersFinished),
  ]);
}
