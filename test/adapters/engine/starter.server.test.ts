import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommands } from '../../../src/adapters/engine/commands.ts';
import { endedFromOutside } from '../../../src/adapters/engine/ended.ts';
import { createStarter } from '../../../src/adapters/engine/starter.ts';
import { SEARCH_ATTRIBUTES } from '../../../src/domain/search-attributes.ts';
import { eventually } from '../../support/eventually.ts';
import { insist, runningEngine, STARTING_MS, type RunningEngine } from './running-engine.ts';

let engine: RunningEngine;
let start: ReturnType<typeof createStarter>;
beforeAll(async () => {
  engine = await runningEngine();
  start = createStarter(engine.client, { eager: false });
}, STARTING_MS);
afterAll(() => engine.stop());

async function ended() {
  const runs: (readonly [string, string])[] = [];
  for await (const run of endedFromOutside(engine.client)) runs.push(run);
  return runs;
}
const describing = (id: string) => engine.client.workflow.getHandle(id).describe();

describe('a start', () => {
  it('shows operators what it is about', async () => {
    const { input, severity } = await engine.admitted();
    await start({ input, severity });
    const run = await describing(input.id);
    expect(run).toMatchObject({
      type: 'incident',
      taskQueue: 'cordon',
      priority: { priorityKey: 2 },
    });
    const attribute = (name: keyof typeof SEARCH_ATTRIBUTES) =>
      run.typedSearchAttributes.getAll().find(({ key }) => key.name === SEARCH_ATTRIBUTES[name])
        ?.value;
    expect(attribute('class')).toBe('prompt_injection');
    expect(attribute('severity')).toBe('high');
    expect(attribute('state')).toBe('open');
    expect(attribute('source')).toBe('gpu-watch');
    expect(attribute('host')).toBe(input.id);
    expect(attribute('latched')).toBe(false);
    expect(await run.staticSummary()).toBe('high prompt_injection from gpu-watch');
    expect(await run.staticDetails()).toContain('- freeze_agent on agent');
  });

  it('is one however often it is repeated, also at once', async () => {
    const pending = await engine.admitted();
    await Promise.all([1, 2, 3, 4, 5].map(() => start(pending)));
    const { runId } = await describing(pending.input.id);
    await start({ ...pending, input: { ...pending.input, description: 'told otherwise' } });
    expect((await describing(pending.input.id)).runId).toBe(runId);
  });

  it.each([
    ['that is long', 'long '.repeat(819)],
    ['of characters that take room', '\u0001'.repeat(4096)],
    ['in many bytes', '☃'.repeat(4096)],
    ['that is cut within a letter', `x${'💥'.repeat(2047)}`],
    ['that is half a letter', '\uD83D'.repeat(4096)],
  ])('carries a description %s', async (_what, description) => {
    const source = 's'.repeat(128);
    const pending = await engine.admitted({ description, source });
    await start(pending);
    expect((await describing(pending.input.id)).status.name).toBe('RUNNING');
  });

  it('carries a host with the longest name that a report may give it', async () => {
    const pending = await engine.admitted({ subject: { host: '☃'.repeat(253) } });
    await start(pending);
    expect((await describing(pending.input.id)).status.name).toBe('RUNNING');
  });
});

describe('after the end of a run', () => {
  it('starts another where it was terminated, and says which that was', async () => {
    const pending = await engine.admitted();
    const { id } = pending.input;
    await start(pending);
    const first = await describing(id);
    await engine.client.workflow.getHandle(id).terminate('by an operator of Temporal');
    expect(await eventually(ended, ({ length }) => length > 0)).toEqual([[id, first.runId]]);
    await start(pending);
    const second = await describing(id);
    expect(second).toMatchObject({ status: { name: 'RUNNING' } });
    expect(second.runId).not.toBe(first.runId);
  });

  it('starts none where it came to its end', async () => {
    const pending = await engine.admitted();
    const { id } = pending.input;
    await start(pending);
    await engine.whileWorking(async () => {
      const person = { by: 'ada', claim: '', note: '' };
      const commands = createCommands(engine.client);
      await insist(() => commands.send(id, 'resolve', person, 'request-1'));
      await engine.client.workflow.getHandle(id).result();
    });
    const { runId } = await describing(id);
    await start(pending);
    expect(await describing(id)).toMatchObject({ runId, status: { name: 'COMPLETED' } });
  });
});
