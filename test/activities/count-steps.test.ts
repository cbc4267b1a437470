import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countReversible } from '../../activities/count-steps.ts';
import { mayDestroy } from '../../activities/may-destroy.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { incidentId } from '../support/admissions.ts';
import { FREEZE } from '../support/incidents.ts';
import { world, type World } from './world.ts';

let at: World;
beforeAll(async () => void (at = await world()));
afterAll(() => at.stop());

const MINUTE_MS = 60_000;

function wipes(...hosts: string[]): (PlannedAction & { destructive: true })[] {
  return hosts.map((host, n) => ({
    ...FREEZE,
    action: n === 0 ? 'wipe' : `wipe_${n + 1}`,
    resource: `wipe@host#${host}`,
    freeze: false,
    destructive: true,
    on: { action: 'wipe', subject: { host } },
  }));
}

/** The limits of this test, and a breaker that has counted nothing. */
async function limited(actions: typeof at.policy.recovery.breaker.actions): Promise<void> {
  at.policy.recovery.breaker.actions = actions;
  await at.deps.ledger.breaker.reset('', 'ada', new Date(at.clock.ms).toISOString());
}

const AGENT = { secrets: [], state: [], egress: [], consumers: [] };

describe('what is about to be destroyed', () => {
  it('passes up to the limit of its action, under whatever names it is planned', async () => {
    await limited({ wipe: { subjects: 2, window: MINUTE_MS } });
    const asked = { incident_id: incidentId(1), actions: wipes('a', 'b', 'c') };
    expect(await mayDestroy(at.deps, asked)).toMatchObject({
      held: ['wipe_3'],
      decide_ms: 60 * MINUTE_MS,
    });
  });

  it('is held by the share of the fleet, and held wholly where nobody knows the fleet', async () => {
    await limited({ wipe: { share: 0.5, window: MINUTE_MS } });
    const agents = Object.fromEntries(['x', 'y'].map((name) => [name, AGENT]));
    const inventory = { ...(await at.deps.inventory.read()), agents };
    const deps = { ...at.deps, inventory: { read: async () => inventory } };
    const asked = { incident_id: incidentId(2), actions: wipes('d', 'e') };
    expect((await mayDestroy(deps, asked)).held).toEqual(['wipe_2']);

    await limited({ wipe: { share: 0.5, window: MINUTE_MS } });
    const unread = { read: () => Promise.reject(new Error('no inventory')) };
    const verdict = await mayDestroy({ ...at.deps, inventory: unread }, asked);
    expect(verdict).toMatchObject({
      held: ['wipe', 'wipe_2'],
      reason: expect.stringContaining('is not known'),
    });
  });
});

describe('what can be undone', () => {
  it('is counted and goes on beyond the limit, which the ledger tells', async () => {
    await limited({ freeze_agent: { subjects: 1, window: MINUTE_MS } });
    const frozen = (host: string) => ({ ...FREEZE, resource: `freeze_agent@agent#${host}/*` });
    const request = await at.incident([frozen('a'), frozen('b')]);
    await countReversible(at.deps, request);
    expect((await at.deps.ledger.breaker.standing()).tripped).toMatchObject([
      { action: 'freeze_agent', incident_id: request.incident_id },
    ]);
    expect(await at.deps.ledger.register.latestNote('breaker_tripped')).not.toBeNull();
  });

  it('is no more than one subject where it is held whole', async () => {
    await limited({});
    await countReversible(at.deps, await at.incident([{ ...FREEZE, resource: 'freeze@agent' }]));
    expect((await at.deps.ledger.breaker.standing()).counted).toEqual([]);
  });
});
