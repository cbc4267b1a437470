import { Worker } from '@temporalio/worker';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { createBulkCounter, createCounter } from '../../src/adapters/engine/counter.ts';
import type { Occurrence } from '../../src/domain/escalation.ts';
import { ESCALATION_WORKFLOW, TASK_QUEUE } from '../../src/domain/messages.ts';
import type { Course, Plan } from '../../src/domain/plan.ts';
import { eventually } from '../support/eventually.ts';
import { AIRLOCK, COURSE, FREEZE } from '../support/incidents.ts';
import { quieten } from '../support/quiet-runtime.ts';
import { startTimeSkipping } from '../support/time-skipping.ts';
import { stage } from './stage.ts';

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

it('escalates an incident and two further alerts of it as it does three incidents', async () => {
  const on = await stage();
  onTestFinished(() => on.stop());
  const { client } = on.environment;
  const course: Course = { ...COURSE, severity: 'critical', actions: [FREEZE, AIRLOCK] };
  const about = { threshold: 3, window_ms: 60_000 };
  const plan: Partial<Plan> = { escalation: { ...about, course } };
  const NAMES = ['by_alerts', 'by_incidents'] as const;
  const escalated = [];
  for (const name of NAMES) {
    const {
      handle,
      give,
      created_at: at_ms,
    } = await on.start(plan, {
      countOccurrence: ({ occurrence }) => createCounter(client)(name, occurrence),
    });
    const incident_id = handle.workflowId;
    const others: Record<(typeof NAMES)[number], Occurrence[]> = {
      by_alerts: [-2, -1].map((n) => ({
        ...about,
        incident_id,
        key: `${incident_id}/alert/${n}`,
        at_ms: at_ms + n,
      })),
      by_incidents: [-2, -1].map((n) => ({ ...about, incident_id: `INC${n}`, at_ms: at_ms + n })),
    };
    // Told twice: a repeat counts for nothing.
    for (let i = 0; i < 2; i += 1) await createBulkCounter(client)(name, others[name]);
    const [told] = await eventually(
      () => on.told('escalated'),
      ({ length }) => length > 0,
    );
    await eventually(
      () => on.told('action'),
      ({ length }) => length === 2,
    );
    escalated.push(told?.event);
    await give('resolve');
    await handle.result();
    expect(on.told('escalated')).toHaveLength(1);
  }
  expect(escalated[0]).toMatchObject({ type: 'escalated', from: 'high', count: 3 });
  expect(escalated[1]).toEqual(escalated[0]);
});
