import { Worker } from '@temporalio/worker';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { ESCALATION_WORKFLOW, TASK_QUEUE } from '../../src/domain/messages.ts';
import { quieten } from '../support/quiet-runtime.ts';
import { startTimeSkipping } from '../support/time-skipping.ts';

beforeAll(quieten);

it('ends by itself after a month without an incident of its class', async () => {
  const environment = await startTimeSkipping();
  onTestFinished(() => environment.teardown());
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  const begun = await environment.currentTimeMs();
  await worker.runUntil(
    environment.client.workflow.execute(ESCALATION_WORKFLOW, {
      taskQueue: TASK_QUEUE,
      workflowId: 'escalation/idle',
    }),
  );
  const MONTH_MS = 30 * 86_400_000;
  expect((await environment.currentTimeMs()) - begun).toBeGreaterThanOrEqual(MONTH_MS);
});
