import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { TASK_QUEUE } from '../../domain/messages.ts';
import { RETENTION_SWEEP, VERIFICATION_SWEEP } from '../../domain/sweeps.ts';
import { engineUnavailable, isEngineUnavailable } from './unavailable.ts';

/** What was due while the engine was away is not made up for: the next run does all that there is. */
const CATCHUP_WINDOW = '10m';

/** A run that hangs would keep all that follow from beginning. */
const LONGEST_RUN = '12h';

const DEADLINE_MS = 5_000;

const SCHEDULES = [
  sweep('cordon-retention-sweep', RETENTION_SWEEP, { every: '1h', offset: '7m' }),
  sweep('cordon-verification-sweep', VERIFICATION_SWEEP, { every: '1d', offset: '3h' }),
] as const;

/** Sees to it that the sweeps are due as this version says. Harmless to repeat, and by several at once. */
export async function scheduleSweeps(client: Client): Promise<void> {
  for (const schedule of SCHEDULES) {
    try {
      await client.withDeadline(Date.now() + DEADLINE_MS, () => ensure(client, schedule));
    } catch (error) {
      throw isEngineUnavailable(error) ? engineUnavailable(error) : error;
    }
  }
}

async function ensure(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    // Whether it is paused is for people to say.
    await client.schedule
      .getHandle(options.scheduleId)
      .update(({ state }) => ({ spec, action, policies: { ...policies }, state }));
  }
}

function sweep(
  scheduleId: string,
  workflowType: string,
  interval: { every: '1h' | '1d'; offset: '7m' | '3h' },
): ScheduleOptions {
  return {
    scheduleId,
    spec: { intervals: [interval] },
    action: {
      type: 'startWorkflow',
      workflowType,
      taskQueue: TASK_QUEUE,
      args: [],
      workflowExecutionTimeout: LONGEST_RUN,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCHUP_WINDOW },
  };
}
