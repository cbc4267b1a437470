import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBulkCounter, createCounter } from '../../../src/adapters/engine/counter.ts';
import { createLossTeller } from '../../../src/adapters/engine/lost.ts';
import { createObserver } from '../../../src/adapters/engine/observer.ts';
import { createStarter } from '../../../src/adapters/engine/starter.ts';
import { escalationWorkflowId } from '../../../src/domain/messages.ts';
import { runningEngine, STARTING_MS, type RunningEngine } from './running-engine.ts';

let engine: RunningEngine;
beforeAll(async () => void (engine = await runningEngine()), STARTING_MS);
afterAll(() => engine.stop());

async function signalsTo(workflowId: string): Promise<string[]> {
  const { events } = await engine.client.workflow.getHandle(workflowId).fetchHistory();
  const signals = events?.flatMap((event) => event.workflowExecutionSignaledEventAttributes ?? []);
  return signals?.map(({ signalName }) => signalName ?? '') ?? [];
}

it('counts for a class in one workflow, which the first occurrence starts', async () => {
  const count = createCounter(engine.client);
  const occurrence = { at_ms: 0, threshold: 3, window_ms: 60_000 };
  const ids = ['INC-1', 'INC-2', 'INC-3'];
  await Promise.all(
    ids.map((incident_id) => count('prompt_injection', { ...occurrence, incident_id })),
  );
  const counter = escalationWorkflowId('prompt_injection');
  expect(await signalsTo(counter)).toEqual(['count', 'count', 'count']);
});

it('tells a loss to the incident’s workflow, and fails where there is none', async () => {
  const tell = createLossTeller(engine.client);
  const loss = { action: 'freeze_agent', detail: 'not as expected: frozen' };
  const pending = await engine.admitted();
  await expect(tell(pending.input.id, loss)).rejects.toThrow(/not found/);
  await createStarter(engine.client, { eager: false })(pending);
  await tell(pending.input.id, loss);
  expect(await signalsTo(pending.input.id)).toEqual(['lost']);
});

it('counts many at once, in as few signals as the engine takes', async () => {
  const occurrences = Array.from({ length: 1_200 }, (_, i) => {
    return { incident_id: 'INC-1', key: `${i}`, at_ms: i, threshold: 1_000, window_ms: 60_000 };
  });
  await createBulkCounter(engine.client)('tool_call_burst', occurrences);
  const counter = escalationWorkflowId('tool_call_burst');
  expect(await signalsTo(counter)).toEqual(['count_many', 'count_many', 'count_many']);
});

it('tells an observation to the incident’s workflow, and says where there is none', async () => {
  const observe = createObserver(engine.client);
  const seen = { key: 'alert/1' };
  const pending = await engine.admitted();
  expect(await observe(pending.input.id, seen)).toBe('no_workflow');
  await createStarter(engine.client, { eager: false })(pending);
  expect(await observe(pending.input.id, seen)).toBe('told');
  expect(await signalsTo(pending.input.id)).toEqual(['observe']);
});
