import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNALS } from '../../src/domain/messages.ts';
import { type Incident, incidentRecordSchema } from '../../src/domain/incident-record.ts';
import { until } from '../support/processes.ts';
import { type Answer, call } from './api.ts';
import { isInForce, ledgerVerdict } from './audit.ts';
import { insist } from './detector.ts';
import { recover } from './person.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { inLedger, lockLedger } from './stored.ts';

/** Seconds where a worker is there and has nothing else to do, more where it is still to start. */
const DONE_WITHIN_MS = 60_000;

/** temporal.api.enums.v1.PendingActivityState and PendingWorkflowTaskState: a worker has it. */
const STARTED = 2;

/** The engine takes a worker to be dead that has not finished a task after 10 s. */
const NOTICED_WITHIN_MS = 60_000;

let parts: SeparateParts;

beforeAll(async () => {
  parts = await separateParts();
  await Promise.all([parts.engine.start(), parts.range.start(), parts.server.start()]);
  await parts.worker.start();
}, 90_000);

afterAll(() => parts.remove(), 60_000);

describe('what the ledger was told when worker and engine died', () => {
  it('is known to the workflow as well: an acknowledgement', async () => {
    const id = await contained('prompt_injection');
    const answer = await interrupt(id, () => acknowledge(id), 'acknowledged', isActedOn);
    expect(answer.status).not.toBe(200);
    await parts.engine.kill();
    await parts.engine.start();
    await parts.worker.start();

    const resolved = async () => (await resolve(id)).status === 200;
    await until(resolved, 'it can be resolved', NOTICED_WITHIN_MS);
    await expectRecovered(id);
    expect(typesOf(id).filter((type) => type === 'acknowledged')).toHaveLength(1);
  }, 240_000);
});

describe('what is told again, after a task was lost that had written already', () => {
  it('keeps the command that came meanwhile', async () => {
    const id = await contained('policy_bypass_attempt');
    await interrupt(id, () => escalate(id), 'escalated', isThoughtAbout);
    parts.engine.thaw();
    await parts.worker.start();

    const acknowledged = async () => (await acknowledge(id)).status === 200;
    await until(acknowledged, 'it can be acknowledged', NOTICED_WITHIN_MS);
    expect(typesOf(id)).toEqual(expect.arrayContaining(['escalated', 'acknowledged']));
    expect(await incident(id)).toMatchObject({ severity: 'critical' });
    await recover(placeOf(), id);
    await expectRecovered(id);
  }, 240_000);
});

async function contained(incidentClass: 'prompt_injection' | 'policy_bypass_attempt') {
  const subject = { host: 'host-1', agent: incidentClass };
  const id = await insist(placeOf(), { key: incidentClass, class: incidentClass, subject });
  await until(
    async () => (await incident(id)).state === 'contained',
    'it is contained',
    DONE_WITHIN_MS,
  );
  return id;
}

/** Lets a message come as far as the ledger, and the worker die before the engine, which sleeps, can hear of it. */
async function interrupt<T>(
  id: string,
  send: () => Promise<T>,
  told: string,
  isDelivered: (id: string) => Promise<boolean>,
): Promise<T> {
  const unlock = lockLedger(parts.home);
  const answer = send();
  await until(() => isDelivered(id), 'a worker has it', DONE_WITHIN_MS);
  parts.engine.freeze();
  unlock();
  await until(() => typesOf(id).includes(told), `the ledger was told: ${told}`, 10_000);
  await parts.worker.kill();
  return answer;
}

/** Whether a worker carries out a step of the incident's workflow. */
async function isActedOn(id: string): Promise<boolean> {
  const { pendingActivities } = await pendingOf(id);
  return pendingActivities?.some(({ state }) => state === STARTED) ?? false;
}

/** Whether a worker runs the workflow itself, and its local steps. */
async function isThoughtAbout(id: string): Promise<boolean> {
  return (await pendingOf(id)).pendingWorkflowTask?.state === STARTED;
}

async function pendingOf(id: string) {
  const { raw } = await parts.engine.asClient((client) => client.workflow.getHandle(id).describe());
  return raw;
}

/** As the class's counter does when its threshold is reached. */
async function escalate(id: string): Promise<void> {
  await parts.engine.asClient((client) =>
    client.workflow.getHandle(id).signal(SIGNALS.escalate, { count: 2 }),
  );
}

async function expectRecovered(id: string): Promise<void> {
  await until(async () => (await incident(id)).bundle !== null, 'it is sealed', DONE_WITHIN_MS);
  const resolved = await incident(id);
  expect(resolved).toMatchObject({ resolved_by: 'admin', acked_by: 'admin' });
  expect(await isInForce(parts.home, resolved, 'freeze_agent')).toBe(false);
  expect(await ledgerVerdict(parts.env)).toMatchObject({ valid: true });
}

function acknowledge(id: string): Promise<Answer> {
  return call(placeOf(), 'admin', 'POST', '/api/v1/recovery/ack', { body: { incident_id: id } });
}

function resolve(id: string): Promise<Answer> {
  return call(placeOf(), 'admin', 'POST', '/api/v1/incidents/resolve', { body: { id } });
}

function typesOf(id: string): unknown[] {
  const sql = 'select type from entries where incident_id = ? order by seq';
  return inLedger(parts.home, sql, id).map((row) => row['type']);
}

function placeOf() {
  return { home: parts.home, url: parts.server.url };
}

async function incident(id: string): Promise<Incident> {
  const { body } = await call(placeOf(), 'admin', 'GET', `/api/v1/incidents/${id}`);
  return incidentRecordSchema.parse(body);
}
