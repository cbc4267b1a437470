import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { lookOnce, startHoldGuard, type HoldGuardDeps } from '../../src/intake/hold-guard.ts';
import { callRange, setRangeFault } from '../../src/range/client.ts';
import { IMPATIENT, world, type World } from '../activities/world.ts';
import { freeze, recorded } from '../support/admissions.ts';
import { eventually } from '../support/eventually.ts';
import { HAPPENS } from '../support/incidents.ts';
import { quiet } from './scratch.ts';

/** As `src/intake/hold-guard.ts` has them. */
const LOOK_EVERY_MS = 15_000;
const LEASE_MS = 40_000;

let on: World;
let told: [incidentId: string, loss: { action: string; detail: string }][];
beforeEach(async () => {
  on = await world();
  told = [];
});
afterEach(() => on.stop());

const guard = (changed: Partial<HoldGuardDeps> = {}): HoldGuardDeps => ({
  ledger: on.deps.ledger,
  targets: on.deps.targets,
  tellLost: async (...given) => void told.push(given),
  owner: 'this-server',
  now: on.deps.now,
  log: quiet,
  ...changed,
});

/** An incident to which these have happened; the agent of its host is not frozen by that alone. */
async function incident(holds = [IMPATIENT], ...happened: IncidentEvent[]): Promise<string> {
  const { incident_id } = await on.incident(holds);
  const events = happened.map((event, i) => recorded(`${i}`, event));
  await on.deps.ledger.log.append(incident_id, events);
  return incident_id;
}
const containedOne = (holds = [IMPATIENT]) => incident(holds, HAPPENS.inForce(), HAPPENS.contained);

/** What the host of every incident here says of itself. */
const agent = (path: '/api/v1/freeze' | '/api/v1/unfreeze') =>
  callRange(on.home, 'agent', 'POST', path, { subject: { host: 'host-3' } });

describe('a look at what is held', () => {
  it('tells nothing of a containment that is in force', async () => {
    await containedOne();
    await agent('/api/v1/freeze');
    await lookOnce(guard());
    expect(told).toEqual([]);
  });

  it('tells the incident of one that is not any more', async () => {
    const id = await containedOne();
    await agent('/api/v1/freeze');
    await agent('/api/v1/unfreeze');
    await lookOnce(guard());
    expect(told).toEqual([[id, { action: 'freeze_agent', detail: expect.stringMatching(/./) }]]);
  });

  it('is a look at the subject that is held, whichever of the incident it is', async () => {
    const subject = { host: 'host-9', agent: 'b' };
    const further = HAPPENS.widened(subject);
    const held = [IMPATIENT, ...further.actions];
    const inForce = held.map((action) => HAPPENS.inForce(action));
    const id = await incident(held, further, ...inForce, HAPPENS.contained);
    await agent('/api/v1/freeze');
    await lookOnce(guard());
    const lost = { action: 'freeze_agent_2', detail: expect.stringMatching(/./) };
    expect(told).toEqual([[id, lost]]);
    await callRange(on.home, 'agent', 'POST', '/api/v1/freeze', { subject });
    await lookOnce(guard());
    expect(told).toHaveLength(1);
  });

  it.each([
    ['is away', { fault: 'down' }],
    ['refuses to be read', { fault: 'refuse' }],
  ] as const)('takes a target that %s for no loss', async (_what, order) => {
    await containedOne();
    await setRangeFault(on.home, 'agent', order);
    await lookOnce(guard());
    expect(told).toEqual([]);
  });

  it.each([
    ['is not in force yet', []],
    ['has failed, and is being tried', [HAPPENS.fails(), HAPPENS.containmentFailed]],
    ['is about to be released', [HAPPENS.inForce(), HAPPENS.contained, HAPPENS.resolved]],
  ] as const)('skips one that %s', async (_what, happened) => {
    await incident([IMPATIENT], ...happened);
    await lookOnce(guard());
    expect(told).toEqual([]);
  });

  it('goes on where one of many workflows cannot be told', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 20; n += 1) ids.push(await containedOne([freeze(`resource-${n}`)]));
    const reached: string[] = [];
    const tellLost = async (id: string) => {
      if (ids.indexOf(id) < 3) throw new Error('it has no workflow');
      reached.push(id);
    };
    await lookOnce(guard({ tellLost }));
    expect(reached.toSorted()).toEqual(ids.slice(3));
  });
});

describe('of several servers', () => {
  it('one looks, and another when that one is gone', async () => {
    const id = await containedOne();
    await on.deps.ledger.followers.take('hold-guard', 'first', on.clock.ms, on.clock.ms + LEASE_MS);
    await lookOnce(guard({ owner: 'second' }));
    expect(told).toEqual([]);
    on.clock.ms += LEASE_MS;
    await lookOnce(guard({ owner: 'second' }));
    expect(told.map(([incidentId]) => incidentId)).toEqual([id]);
    await lookOnce(guard({ owner: 'first' }));
    expect(told).toHaveLength(1);
  });
});

it('looks again and again, whatever became of the look before', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await containedOne();
  let looks = 0;
  const take: typeof on.deps.ledger.followers.take = async (...given) => {
    looks += 1;
    if (looks === 1) throw new Error('locked');
    return on.deps.ledger.followers.take(...given);
  };
  const ledger = { ...on.deps.ledger, followers: { ...on.deps.ledger.followers, take } };
  const guarding = startHoldGuard(guard({ ledger }));
  vi.advanceTimersByTime(2 * LOOK_EVERY_MS);
  await eventually(
    () => told,
    ({ length }) => length === 1,
  );
  guarding.stop();
  vi.advanceTimersByTime(LOOK_EVERY_MS);
  expect(looks).toBe(2);
});
