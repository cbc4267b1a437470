import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { engineFiles } from '../../src/engine/engine-files.ts';

/** temporal.api.enums.v1.PendingActivityState: a worker has it. */
const STARTED = 2;

/** The workflow engine below one installation. */
export function engineOf(home: string, client: Client) {
  async function history(workflowId: string) {
    return client.workflow.getHandle(workflowId).fetchHistory();
  }

  return {
    history,

    /** Whether a worker carries out a step of the workflow. */
    isActing: async (workflowId: string): Promise<boolean> => {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      return raw.pendingActivities?.some(({ state }) => state === STARTED) ?? false;
    },

    /** The workflows of which a task has failed, and how: each is wedged until its code is mended. */
    wedged: async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { workflowId, runId } of client.workflow.list()) {
        const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
        const failures = events?.flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
        // A reset is written down as the failure of the task that it goes back to.
        for (const { newRunId, failure } of failures ?? []) {
          // The server fails a task by itself where the workflow is terminated; only a worker says how.
          if (!newRunId && failure) found.push(`${workflowId}: ${failure.message}`);
        }
      }
      return found;
    },

    enginePid: (): number => {
      const file: { pid: number } = JSON.parse(readFileSync(engineFiles(home).process, 'utf8'));
      return file.pid;
    },
  };
}
