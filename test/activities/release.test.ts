import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contain } from '../../activities/contain.ts';
import * as activity from '../../activities/release.ts';
import type { ContainRequest } from '../../src/domain/activities.ts';
import { callRange, rangeEffects, setRangeFault } from '../../src/range/client.ts';
import { AIRLOCK, furtherFreeze } from '../support/incidents.ts';
import { IMPATIENT, world, type World } from './world.ts';

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

const release = (request: ContainRequest) => activity.release(on.deps, { ...request, events: [] });
const ensureReleased = (request: ContainRequest) => activity.ensureReleased(on.deps, request);
const inForce = () => on.deps.ledger.holds.inForce();
const frozen = async (subject: { host: string; agent: string }) => {
  const path = `/api/v1/status?${new URLSearchParams(subject)}`;
  return (await callRange(on.home, 'agent', 'GET', path)).body;
};

describe('release', () => {
  it('undoes what was done, in the order given, and lets go', async () => {
    const airlock = { ...AIRLOCK, timeout_ms: 400 };
    const request = await on.incident([airlock, IMPATIENT]);
    await contain(on.deps, request);
    const results = await release(request);
    expect(results).toMatchObject([
      { action: 'disable_airlock', status: 'released' },
      { action: 'freeze_agent', status: 'released' },
    ]);
    expect(await inForce()).toEqual([]);
  });

  it('undoes what was done about a further subject, on that subject, and says so by its own name', async () => {
    const further = furtherFreeze({ host: 'host-9', agent: 'b' });
    const request = await on.incident([IMPATIENT, { ...further, timeout_ms: 400 }]);
    const done = await contain(on.deps, request);
    expect(done).toMatchObject([
      { action: 'freeze_agent', status: 'contained' },
      { action: 'freeze_agent_2', status: 'contained' },
    ]);
    expect(await frozen({ host: 'host-9', agent: 'b' })).toMatchObject({ frozen: true });
    expect(await release(request)).toMatchObject([
      { action: 'freeze_agent', status: 'released' },
      { action: 'freeze_agent_2', status: 'released' },
    ]);
    expect(await frozen({ host: 'host-9', agent: 'b' })).toMatchObject({ frozen: false });
    expect(await inForce()).toEqual([]);
    const keys = (await rangeEffects(on.home, 'agent')).map(({ key }) => key);
    expect(new Set(keys).size).toBe(4);
  });

  it('keeps what another incident still holds', async () => {
    const first = await on.incident();
    const second = await on.incident();
    await contain(on.deps, first);
    await contain(on.deps, second);
    expect(await release(first)).toMatchObject([{ status: 'kept' }]);
    expect(await rangeEffects(on.home, 'agent')).toHaveLength(2);
    expect(await release(second)).toMatchObject([{ status: 'released' }]);
  });

  it('leaves to people what only they may undo', async () => {
    const request = await on.incident([{ ...IMPATIENT, release: 'manual' }]);
    await contain(on.deps, request);
    expect(await release(request)).toMatchObject([{ status: 'manual' }]);
    expect(await rangeEffects(on.home, 'agent')).toHaveLength(1);
    expect(await inForce()).toEqual([]);
  });

  it('waits for a reflex that is on its way, and says so where it takes too long', async () => {
    const request = await on.incident([IMPATIENT], on.clock.ms + 60_000);
    const { holds } = on.deps.ledger;
    const key = { incident_id: request.incident_id, resource: IMPATIENT.resource };
    const busy = release(request);
    expect(await busy).toMatchObject([{ status: 'failed', reason: 'busy' }]);
    await holds.reflexDone(key);
    expect(await release(request)).toMatchObject([{ status: 'released' }]);
  }, 10_000);

  it('keeps the hold when the target does not obey, so that it is tried again', async () => {
    const request = await on.incident();
    await contain(on.deps, request);
    await setRangeFault(on.home, 'agent', { fault: 'down' });
    expect(await release(request)).toMatchObject([{ status: 'failed' }]);
    const again: unknown = await ensureReleased(request).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(ApplicationFailure);
    expect(again).toMatchObject({ type: 'unreachable', nonRetryable: false });
    await setRangeFault(on.home, 'agent', { fault: 'none' });
    expect(await ensureReleased(request)).toMatchObject({ status: 'released' });
    const effects = await rangeEffects(
      on.home,
      'agent',
      `${request.incident_id}/freeze_agent/agent/release`,
    );
    expect(effects).toMatchObject([{ effects: 1 }]);
  });
});
