import { activityInfo, heartbeat } from '@temporalio/activity';

/** Often enough for the shortest heartbeat time-out, 5 s, to outlast two lost ones. */
const EVERY_MS = 1_500;

/** Says that the worker lives, so that the death of one is noticed in seconds and not at the step's time-out. */
export async function withHeartbeat<T>(step: () => Promise<T>): Promise<T> {
  if (activityInfo().isLocal) return step();
  const beat = setInterval(() => heartbeat(), EVERY_MS);
  try {
    return await step();
  } finally {
    clearInterval(beat);
  }
}
