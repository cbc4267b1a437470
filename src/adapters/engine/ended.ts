import type { Client } from '@temporalio/client';
import { INCIDENT_WORKFLOW } from '../../domain/messages.ts';

const QUERY =
  `WorkflowType = '${INCIDENT_WORKFLOW}' AND ` +
  `ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')`;

/** Incident workflows that did not come to their own end, as [incident id, run id]. */
export async function* endedFromOutside(client: Client): AsyncGenerator<readonly [string, string]> {
  for await (const { workflowId, runId } of client.workflow.list({ query: QUERY })) {
    yield [workflowId, runId];
  }
}
