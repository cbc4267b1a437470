import { z } from 'zod';
import type { Said } from './agent-step.ts';
import type { ActionOutcome, ActionRequest, TargetDriver } from '../../domain/target.ts';
import type { TargetsPolicy } from '../../domain/targets.ts';
import type { Problem } from './problem.ts';

/** Whether an image may be started again, or why nobody can tell. */
export type Admission = { admitted: boolean } | { unknown: Problem };

const imagesSchema = z.array(z.string()).min(1);

/**
 * Asks the target of the action that blocks images, without acting, about every digest of what the agent has read.
 * `request`: that action, and the time for each question.
 */
export async function askAdmission(
  targets: Pick<TargetDriver, 'verify'>,
  { actions }: TargetsPolicy,
  request: ActionRequest,
  { after }: Said,
): Promise<Admission> {
  const images = imagesSchema.safeParse(after['images']);
  if (!images.success) return unknown('unreadable_state', 'the agent does not tell its image');
  const action = actions[request.action];
  if (action === undefined || !('target' in action)) {
    return unknown('unknown_target', `the running policy has no ${request.action}`);
  }
  const { target } = action;
  const outcomes = await Promise.all(
    images.data.map((image) => targets.verify({ ...request, target, subject: { image } })),
  );
  if (outcomes.some(({ status }) => status !== 'failed')) return { admitted: false };
  const silent = outcomes.find(({ reason }) => reason !== 'no_effect');
  return silent === undefined ? { admitted: true } : { unknown: problemOf(silent) };
}

function problemOf({ reason, detail, retryable }: ActionOutcome): Problem {
  // It is none of those that failed.
  return { reason: reason === 'ok' ? 'unreadable_state' : reason, detail, retryable };
}

function unknown(reason: Problem['reason'], detail: string): Admission {
  return { unknown: { reason, detail, retryable: true } };
}
