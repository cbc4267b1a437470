import type { Client } from '@temporalio/client';
import type { Occurrence } from '../../domain/escalation.ts';
import {
  ESCALATION_WORKFLOW,
  escalationWorkflowId,
  SIGNALS,
  TASK_QUEUE,
} from '../../domain/messages.ts';
import { engineUnavailable, isEngineUnavailable } from './unavailable.ts';

/** Within one attempt of the local activity that calls it. */
const SIGNAL_DEADLINE_MS = 1_800;

/** In one signal: some 100 kB, of the 2 MB that the engine takes. */
const MOST_AT_ONCE = 500;

/** Signals the class's counting workflow, and starts it where there is none. The workflow counts each id once. */
export function createCounter(client: Client) {
  return async (incidentClass: string, occurrence: Occurrence): Promise<void> =>
    signal(client, incidentClass, SIGNALS.count, occurrence);
}

/** The same for many occurrences; a repeat of some or all of them is harmless. Throws `engine_unavailable`. */
export function createBulkCounter(client: Client) {
  return async (incidentClass: string, occurrences: readonly Occurrence[]): Promise<void> => {
    try {
      for (let from = 0; from < occurrences.length; from += MOST_AT_ONCE) {
        const some = occurrences.slice(from, from + MOST_AT_ONCE);
        await signal(client, incidentClass, SIGNALS.countMany, some);
      }
    } catch (error) {
      throw isEngineUnavailable(error) ? engineUnavailable(error) : error;
    }
  };
}

async function signal(
  client: Client,
  incidentClass: string,
  name: typeof SIGNALS.count | typeof SIGNALS.countMany,
  what: Occurrence | Occurrence[],
): Promise<void> {
  await client.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () =>
    client.workflow.signalWithStart(ESCALATION_WORKFLOW, {
      workflowId: escalationWorkflowId(incidentClass),
      taskQueue: TASK_QUEUE,
      args: [],
      signal: name,
      signalArgs: [what],
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `counts ${incidentClass}`,
    }),
  );
}
