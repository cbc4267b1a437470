import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { TASK_QUEUE } from '../../src/domain/messages.ts';
import {
  RETENTION_SWEEP,
  type SweepActivities,
  type Swept,
  type SweepPage,
  VERIFICATION_SWEEP,
  type VerificationFindings,
} from '../../src/domain/sweeps.ts';
import { quieten } from '../support/quiet-runtime.ts';
import { startTimeSkipping } from '../support/time-skipping.ts';

const NOTHING: Swept = { done: 0, refused: 0, next: '' };
const FOUND: VerificationFindings = { entries: 0, objects: 0, bytes: 0, misses: 0, unreported: 0 };

let environment: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
let effects: Partial<SweepActivities> = {};
const called: string[] = [];

/** Says what it was asked for, and does nothing unless the test says what. */
const HARMLESS: SweepActivities = {
  advanceClock: async () => undefined,
  unmarkKept: async () => NOTHING,
  markOverdue: async () => NOTHING,
  removeMarked: async () => NOTHING,
  verifyLedger: async () => ({ ...FOUND, entries: 7 }),
  verifyTimes: async () => FOUND,
  shareOfToday: async () => 0,
  verifyObjects: async ({ limit }) => ({ ...FOUND, objects: limit }),
  retentionFinished: async () => undefined,
  verificationFinished: async () => undefined,
};

beforeAll(async () => {
  quieten();
  environment = await startTimeSkipping();
  const names = Object.keys(HARMLESS) as (keyof SweepActivities)[];
  const activities = Object.fromEntries(
    names.map((name) => [
      name,
      (request: never) => {
        called.push(name);
        return (effects[name] ?? HARMLESS[name])(request);
      },
    ]),
  );
  worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: inject('workflowBundle') },
    activities,
  });
  running = worker.run();
}, 60_000);

afterAll(async () => {
  worker.shutdown();
  await running;
  await environment.teardown();
});

beforeEach(() => {
  called.length = 0;
  effects = {};
});

let runs = 0;
const run = (workflow: string) =>
  environment.client.workflow.execute(workflow, {
    taskQueue: TASK_QUEUE,
    workflowId: `${workflow}-${(runs += 1)}`,
  });

describe('the sweep of retention', () => {
  it('reads the clocks, takes back, removes and marks, in this order, and says so', async () => {
    expect(await run(RETENTION_SWEEP)).toEqual({
      marked: 0,
      unmarked: 0,
      removed: 0,
      refused: 0,
      unfinished: false,
    });
    expect(called).toEqual([
      'advanceClock',
      'unmarkKept',
      'removeMarked',
      'markOverdue',
      'retentionFinished',
    ]);
  });

  it('goes on batch by batch, each where the one before has ended', async () => {
    const asked: SweepPage[] = [];
    effects.markOverdue = async (page) => {
      asked.push(page);
      const next = asked.length < 4 ? `digest ${asked.length}` : '';
      return { done: 10, refused: 0, next };
    };
    expect(await run(RETENTION_SWEEP)).toMatchObject({ marked: 40, unfinished: false });
    expect(asked.map(({ after }) => after)).toEqual(['', 'digest 1', 'digest 2', 'digest 3']);
    expect(new Set(asked.map(({ limit }) => limit))).toEqual(new Set([50]));
  });

  it('ends after so many batches, says that there is more, and leaves it to the next', async () => {
    effects.unmarkKept = async ({ after }) => ({ done: 1, refused: 0, next: `${after}.` });
    const findings = await run(RETENTION_SWEEP);
    expect(findings).toMatchObject({ unmarked: 200, unfinished: true });
  });

  it('tries again what has failed, and gives up after half an hour', async () => {
    let attempts = 0;
    effects.removeMarked = async () => {
      attempts += 1;
      throw new Error('the store is away');
    };
    const began = await environment.currentTimeMs();
    await expect(run(RETENTION_SWEEP)).rejects.toThrow('Workflow execution failed');
    expect(attempts).toBeGreaterThan(5);
    expect((await environment.currentTimeMs()) - began).toBeLessThan(3_600_000);
    expect(called).not.toContain('retentionFinished');
  });
});

describe('the sweep of verification', () => {
  it('walks the ledger and its time stamps, then reads back its share and no more', async () => {
    const limits: number[] = [];
    effects.shareOfToday = async () => 50;
    effects.verifyTimes = async () => ({ ...FOUND, misses: 1 });
    effects.verifyObjects = async ({ limit }) => {
      limits.push(limit);
      return { ...FOUND, objects: limit, bytes: limit * 10, misses: 1 };
    };
    expect(await run(VERIFICATION_SWEEP)).toEqual({
      entries: 7,
      objects: 50,
      bytes: 500,
      misses: 4,
      unreported: 0,
    });
    expect(limits).toEqual([20, 20, 10]);
  });

  it('ends where there is less than was counted', async () => {
    effects.shareOfToday = async () => 50;
    effects.verifyObjects = async () => FOUND;
    expect(await run(VERIFICATION_SWEEP)).toMatchObject({ objects: 0 });
  });
});
