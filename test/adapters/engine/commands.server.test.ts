import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommands } from '../../../src/adapters/engine/commands.ts';
import { createStarter } from '../../../src/adapters/engine/starter.ts';
import type { Command } from '../../../src/domain/ceremony.ts';
import { TASK_QUEUE } from '../../../src/domain/messages.ts';
import { insist, runningEngine, STARTING_MS, type RunningEngine } from './running-engine.ts';

let engine: RunningEngine;
beforeAll(async () => void (engine = await runningEngine()), STARTING_MS);
afterAll(() => engine.stop());

/** The gRPC status of an update that the engine does not take now. */
const FAILED_PRECONDITION = 9;

/** A task that is there already is given to a worker at once. */
const POLL_MS = 10_000;

const ADA = { by: 'ada', claim: '', note: '' };
const BOB = { by: 'bob', claim: 'Robert', note: 'seen' };

async function started(): Promise<string> {
  const pending = await engine.admitted({}, true);
  await createStarter(engine.client, { eager: false })(pending);
  return pending.input.id;
}
const send = (id: string, command: Command, person = ADA, request = `${command}-1`) =>
  createCommands(engine.client).send(id, command, person, request);

async function acknowledgements(id: string) {
  const entries = await engine.ledger.register.timeline(id);
  return entries.filter(({ type }) => type === 'acknowledged');
}

describe('a command', () => {
  it('is answered when the ledger has it, and is one under repeats of its request', async () => {
    const id = await started();
    await engine.whileWorking(async () => {
      const answers = await Promise.all([1, 2, 3].map(() => insist(() => send(id, 'acknowledge'))));
      expect(answers).toEqual(answers.map(() => ({ done: { status: 'acknowledged' } })));
      // Whatever another person says under the same request, it is the first that was carried out.
      await insist(() => send(id, 'acknowledge', BOB));
    });
    expect(await acknowledgements(id)).toMatchObject([{ actor: 'ada' }]);
  });

  it('that is refused is answered with the code and a sentence', async () => {
    const id = await started();
    const answer = await engine.whileWorking(() => insist(() => send(id, 'resolve')));
    expect(answer).toEqual({
      refused: {
        code: 'acknowledgement_required',
        message: expect.stringContaining('must be acknowledged'),
      },
    });
  });

  it('finds no workflow where there never was one, and where it was terminated', async () => {
    const notFound = { code: 'not_found', retryable: false };
    const stranger = 'INC-20260102-030405-ffffffff';
    await expect(send(stranger, 'acknowledge')).rejects.toMatchObject(notFound);
    const id = await started();
    await engine.client.workflow.getHandle(id).terminate('by an operator of Temporal');
    await expect(send(id, 'acknowledge')).rejects.toMatchObject(notFound);
  });

  it('is given up within two seconds where no worker answers, and may be sent again', async () => {
    const id = await started();
    const sentAtMs = performance.now();
    await expect(send(id, 'acknowledge')).rejects.toMatchObject({
      code: 'engine_unavailable',
      retryable: true,
    });
    expect(performance.now() - sentAtMs).toBeLessThan(2_000);
    const again = () => insist(() => send(id, 'acknowledge'));
    expect(await engine.whileWorking(again)).toHaveProperty('done');
    expect(await acknowledgements(id)).toHaveLength(1);
  });

  it('is given up at once where workers have failed the workflow, and may be sent again', async () => {
    const id = await started();
    await failTask(id);
    await failTask(id);
    await expect(send(id, 'acknowledge')).rejects.toMatchObject({
      code: 'engine_unavailable',
      retryable: true,
      cause: { cause: { code: FAILED_PRECONDITION } },
    });
  });
});

/** As a worker does that cannot run the workflow. */
async function failTask(workflowId: string): Promise<void> {
  const { workflowService } = engine.client;
  const namespace = 'cordon';
  const task = await engine.client.withDeadline(Date.now() + POLL_MS, () =>
    workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE } }),
  );
  expect(task.workflowExecution).toMatchObject({ workflowId });
  await workflowService.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken });
}
