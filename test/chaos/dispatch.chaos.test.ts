import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause, until } from '../support/processes.ts';
import { everyIncident } from './api.ts';
import { workflows } from './audit.ts';
import { insist, type Sighting } from './detector.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { inLedger, lockLedger, outboxSize } from './stored.ts';

/** What a dead server was about to start is another's after 15 s, and is looked for every 3 s. */
const TAKEN_OVER_WITHIN_MS = 30_000;
/** A dispatcher that was refused tries again after this at the latest. */
const LONGEST_PAUSE_MS = 5_000;

let parts: SeparateParts;
let number = 0;

beforeAll(async () => {
  parts = await separateParts();
  await Promise.all([parts.engine.start(), parts.range.start(), parts.server.start()]);
}, 90_000);

afterAll(() => parts.remove(), 60_000);

describe('what a server was about to start when it died', () => {
  it('is started by the next one: killed between commit and start', async () => {
    await parts.engine.kill();
    const ids = await Promise.all(some(12).map((seen) => insist(placeOf('server'), seen)));
    await parts.server.kill();
    await parts.engine.start();
    expect(await runsOf(ids)).toEqual([]);
    await parts.server.start();
    await until(async () => (await runsOf(ids)).length === 12, 'all run', TAKEN_OVER_WITHIN_MS);
    await until(() => outboxSize(parts.home) === 0, 'the outbox is empty', 5_000);
    expect(new Set((await runsOf(ids)).map(({ workflowId }) => workflowId))).toEqual(new Set(ids));
  }, 90_000);

  it('is not started twice: killed between start and mark', async () => {
    parts.engine.freeze();
    const ids = await Promise.all(some(3).map((seen) => insist(placeOf('server'), seen)));
    // The starts are under way and the engine will answer them; nobody can write that down.
    const unlock = lockLedger(parts.home);
    parts.engine.thaw();
    await until(async () => (await runsOf(ids)).length === 3, 'all run', 15_000);
    await parts.server.kill();
    unlock();
    const kept = inLedger(parts.home, 'select incident_id from outbox order by incident_id');
    expect(kept.map((row) => row['incident_id'])).toEqual(ids.toSorted());
    const before = await runsOf(ids);

    await parts.server.start();
    await until(() => outboxSize(parts.home) === 0, 'they are struck off', TAKEN_OVER_WITHIN_MS);
    expect(await runsOf(ids)).toEqual(before);
  }, 90_000);

  it('is taken over by another server when its lease has run out', async () => {
    await parts.other.start();
    await parts.engine.kill();
    const ids = await Promise.all(some(12).map((seen) => insist(placeOf('server'), seen)));
    const owners = inLedger(parts.home, 'select distinct owner from outbox');
    expect(owners).toHaveLength(1);
    await parts.server.kill();
    await parts.engine.start();
    await until(async () => (await runsOf(ids)).length === 12, 'all run', TAKEN_OVER_WITHIN_MS);
    await until(() => outboxSize(parts.home) === 0, 'the outbox is empty', 5_000);
    await parts.server.start();
  }, 90_000);
});

describe('two servers on one ledger', () => {
  it('open one incident for one key, whoever is asked', async () => {
    const before = (await everyIncident(placeOf('server'))).length;
    const seen = some(20);
    const [here, there] = await Promise.all([
      Promise.all(seen.map((sighting) => insist(placeOf('server'), sighting))),
      Promise.all(seen.map((sighting) => insist(placeOf('other'), sighting))),
    ]);
    expect(here).toEqual(there);
    expect(await everyIncident(placeOf('other'))).toHaveLength(before + 20);
  });

  it('start one workflow, also when one slept through its lease and goes on as if nothing had been', async () => {
    await parts.engine.kill();
    const ids = await Promise.all(some(12).map((seen) => insist(placeOf('server'), seen)));
    parts.server.freeze();
    await parts.engine.start();
    await until(() => outboxSize(parts.home) === 0, 'the other starts them', TAKEN_OVER_WITHIN_MS);
    await until(async () => (await runsOf(ids)).length === 12, 'all run', 10_000);
    const before = await runsOf(ids);

    parts.server.thaw();
    await pause(LONGEST_PAUSE_MS);
    expect(await runsOf(ids)).toEqual(before);
  }, 90_000);

  it('have left nothing that a worker does not bring to its end', async () => {
    await parts.worker.start();
    const contained = async () =>
      (await everyIncident(placeOf('other'))).every(({ state }) => state === 'contained');
    await until(contained, 'all are contained', 60_000);
  }, 90_000);
});

function placeOf(name: 'server' | 'other') {
  return { home: parts.home, url: parts[name].url };
}

function some(count: number): Sighting[] {
  return Array.from({ length: count }, () => {
    number += 1;
    const subject = { host: 'host-1', agent: `agent-${number}` };
    return { key: `dispatch-${number}`, class: 'tool_call_burst', subject } as const;
  });
}

/** The executions of these incidents, in a stable order. */
async function runsOf(ids: readonly string[]): Promise<{ workflowId: string; runId: string }[]> {
  const all = await parts.engine.asClient(workflows);
  return all
    .filter(({ workflowId }) => ids.includes(workflowId))
    .map(({ workflowId, runId }) => ({ workflowId, runId }))
    .toSorted((a, b) => a.runId.localeCompare(b.runId));
}
