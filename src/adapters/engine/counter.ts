import type { Client } from '@temporalio/client';
import type { Occurrence } from '../../domain/escalation.ts';
import {
  ESCALATION_WORKFLOW,
  escalationWorkflowId,
  SIGNALS,
  TASK_QUEUE,
} from '../../domain/messages.ts';

/** Within one attempt of the local activity that calls it. */
const SIGNAL_DEADLINE_MS = 1_800;

/** Signals the class's counting workflow, and starts it where there is none. The workflow counts each id once. */
export function createCounter(client: Client) {
  return async (incidentClass: string, occurrence: Occurrence): Promise<void> => {
    await client.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () =>
      client.workflow.signalWithStart(ESCALATION_WORKFLOW, {
        workflowId: escalationWorkflowId(incidentClass),
        taskQueue: TASK_QUEUE,
        args: [],
        signal: SIGNALS.count,
        signalArgs: [occurrence],
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `counts ${incidentClass}`,
      }),
    );
  };
}
