import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { escalationWorkflowId } from '../../src/domain/messages.ts';
import { engineFiles } from '../../src/engine/engine-files.ts';
import { devServerFlags } from '../../src/engine/flags.ts';
import { untilReady } from '../../src/engine/ready.ts';
import { startServerProcess, type ServerProcess } from '../../src/engine/server-process.ts';
import { eventually } from '../support/eventually.ts';
import { installation, place, remove, STARTING_MS } from '../support/installation.ts';
import type { Installation, Place } from '../support/installation.ts';

/** The engine suggests to go on in a new run after 4,096 events; here after so few. */
const SUGGESTED_AFTER = 60;
const MINUTE = 60_000;

let at: Place;
let engine: ServerProcess;
let cordon: Installation;

beforeAll(async () => {
  at = await place();
  engine = await startImpatientEngine(at);
  const TEMPORAL_ADDRESS = `127.0.0.1:${at.env['TEMPORAL_PORT']}`;
  cordon = await installation({ at: { ...at, env: { ...at.env, TEMPORAL_ADDRESS } } });
}, STARTING_MS);

afterAll(async () => {
  await cordon.stop();
  await engine.end();
  await remove(at);
});

it('an incident goes on in a new run: contained, latched, with the acknowledgement that it had', async () => {
  const subject = { host: 'long' };
  const { id } = await cordon.report({ class: 'integrity_violation', subject });
  await cordon.untilState(id, 'contained');
  const acknowledged = await cordon.command('acknowledge', id);
  expect(acknowledged.status).toBe(200);
  const { acked_at, binding } = await cordon.incident(id);
  // Each repeat is harmless, and some events longer in the history.
  for (let i = 0; i < 30; i += 1) await cordon.command('acknowledge', id);
  const { runId } = await cordon.client.workflow.getHandle(id).describe();
  const { firstExecutionRunId } = await executionOf(id);
  expect(runId).not.toBe(firstExecutionRunId);

  expect(await cordon.incident(id)).toMatchObject({ state: 'contained', acked_at, binding });
  expect(await cordon.frozen(subject)).toBe(true);
  const refused = await cordon.command('resolve', id);
  expect([refused.status, refused.body['code']]).toEqual([409, 'reattestation_required']);
  expect(await cordon.recover(id)).toMatchObject({ state: 'closed', acked_at });
  expect(await cordon.frozen(subject)).toBe(false);
  expect(await cordon.events(id, 'acknowledged')).toHaveLength(1);
  const sequence = (await cordon.entries(id)).map(({ type }) => type);
  expect(sequence.filter((type) => type === 'contained')).toHaveLength(1);
});

it('a counter goes on in a new run with what stands in its window', async () => {
  const counter = escalationWorkflowId('policy_bypass_attempt');
  const longAgo = Date.now() - 10_000 * MINUTE;
  const reportAt = (ms: number) =>
    cordon.report({
      class: 'policy_bypass_attempt',
      occurred_at: new Date(longAgo + ms).toISOString(),
    });
  // Far enough apart that none escalates.
  const apart = 11 * MINUTE;
  let reports = 0;
  const another = async () => {
    const { id } = await reportAt((reports += 1) * apart);
    await cordon.untilState(id, 'contained');
    return { id, before: (await executionOf(counter)).continuedExecutionRunId };
  };
  const last = await eventually(another, ({ before }) => Boolean(before), 30_000);
  const second = await reportAt(reports * apart + 1);
  expect(await cordon.until(second.id, (now) => now.escalated_at !== '')).toMatchObject({
    severity: 'critical',
  });
  expect(await cordon.incident(last.id)).toMatchObject({ escalated_at: '' });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});

/** How the latest run of a workflow began. */
async function executionOf(workflowId: string) {
  const { events } = await cordon.history(workflowId);
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  if (!started) throw new Error(`${workflowId} has no history`);
  return started;
}

async function startImpatientEngine({ home, env }: Place): Promise<ServerProcess> {
  const files = engineFiles(home);
  await mkdir(dirname(files.data), { recursive: true });
  const port = Number(env['TEMPORAL_PORT']);
  const uiPort = Number(env['TEMPORAL_UI_PORT']);
  const flags = [
    ...devServerFlags({ dataFile: files.data, port, uiPort }),
    '--dynamic-config-value',
    `limit.historyCount.suggestContinueAsNew=${SUGGESTED_AFTER}`,
  ];
  const server = await startServerProcess(inject('temporal'), flags, files.log);
  await untilReady(`127.0.0.1:${port}`, AbortSignal.timeout(STARTING_MS));
  return server;
}
