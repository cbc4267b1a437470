import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { scheduleSweeps } from '../../../src/adapters/engine/schedules.ts';
import { TASK_QUEUE } from '../../../src/domain/messages.ts';
import type { SweepActivities, VerificationFindings } from '../../../src/domain/sweeps.ts';
import { runningEngine, STARTING_MS, type RunningEngine } from './running-engine.ts';

const NOTHING = { done: 0, refused: 0, next: '' };
const FOUND: VerificationFindings = {
  entries: 3,
  objects: 0,
  bytes: 0,
  misses: 0,
  unreported: 0,
};

let on: RunningEngine;
beforeAll(async () => void (on = await runningEngine()), STARTING_MS);
afterAll(() => on.stop());

describe('the schedules of the sweeps', () => {
  it('are there once, however many workers start at once and again', async () => {
    await Promise.all([scheduleSweeps(on.client), scheduleSweeps(on.client)]);
    await scheduleSweeps(on.client);
    const ids: string[] = [];
    await expect
      .poll(
        async () => {
          ids.length = 0;
          for await (const { scheduleId } of on.client.schedule.list()) ids.push(scheduleId);
          return ids.toSorted();
        },
        { timeout: 20_000 },
      )
      .toEqual(['cordon-retention-sweep', 'cordon-verification-sweep']);
  });

  it('leave one that a person has paused as it is', async () => {
    const handle = on.client.schedule.getHandle('cordon-retention-sweep');
    await handle.pause('the store is being moved');
    await scheduleSweeps(on.client);
    expect((await handle.describe()).state).toMatchObject({ paused: true });
    await handle.unpause();
  });

  it('skip what would overlap, and what was due long ago', async () => {
    const handle = on.client.schedule.getHandle('cordon-verification-sweep');
    const { policies } = await handle.describe();
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 600_000 });
  });

  it('start workflows that a worker of ours knows and brings to their end', async () => {
    const finished: string[] = [];
    const activities: SweepActivities = {
      advanceClock: async () => undefined,
      unmarkKept: async () => NOTHING,
      markOverdue: async () => NOTHING,
      removeMarked: async () => NOTHING,
      verifyLedger: async () => FOUND,
      verifyTimes: async () => FOUND,
      shareOfToday: async () => 0,
      verifyObjects: async () => FOUND,
      retentionFinished: async () => void finished.push('retention'),
      verificationFinished: async () => void finished.push('verification'),
    };
    const worker = await Worker.create({
      connection: await on.native(),
      namespace: 'cordon',
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath: inject('workflowBundle') },
      activities,
    });
    await worker.runUntil(async () => {
      for (const id of ['cordon-retention-sweep', 'cordon-verification-sweep']) {
        await on.client.schedule.getHandle(id).trigger();
      }
      await expect
        .poll(() => finished.toSorted(), { timeout: 20_000 })
        .toEqual(['retention', 'verification']);
    });
  });
});
