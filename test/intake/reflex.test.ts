import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contain } from '../../activities/contain.ts';
import { effectKey } from '../../src/domain/idempotency.ts';
import type { IncidentInput } from '../../src/domain/messages.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { createReflex, REFLEX_PATIENCE_MS, type ReflexDeps } from '../../src/intake/reflex.ts';
import { callRange, rangeEffects, setRangeFault } from '../../src/range/client.ts';
import { IMPATIENT, world, type World } from '../activities/world.ts';
import { admission } from '../support/admissions.ts';
import { AIRLOCK, FREEZE, furtherFreeze } from '../support/incidents.ts';
import { quiet } from './scratch.ts';

/** As `src/intake/reflex.ts` has them: a shot is not sent when its call could outlast a release's patience. */
const CALL_TIMEOUT_MS = 2_000;
const MOST_IN_FLIGHT = 64;

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

/** A reflex on the world's ledger and range, and what the metrics are told of it. */
function reflexOf(changed: Partial<ReflexDeps> = {}) {
  const observed: [outcome: string, tookMs: number][] = [];
  const warned: string[] = [];
  const reflex = createReflex({
    targets: on.deps.targets,
    ledger: on.deps.ledger,
    now: on.deps.now,
    log: { ...quiet, warn: (_fields, message) => void warned.push(message) },
    observed: (...given) => void observed.push(given),
    ...changed,
  });
  return { reflex, observed, warned };
}

/** An incident in the ledger whose reflex may be on its way. */
async function incident(holds: PlannedAction[] = [IMPATIENT]) {
  const request = await on.incident(holds, on.clock.ms + REFLEX_PATIENCE_MS);
  const { input } = admission(Number.parseInt(request.incident_id.slice(-8), 16), { holds });
  return { request, input };
}

const seen = async ({ id }: IncidentInput) =>
  (await on.deps.ledger.register.timeline(id)).filter(({ type }) => type === 'reflex');
const calls = () => rangeEffects(on.home, 'agent');

describe('a reflex', () => {
  it('freezes a further subject under the key that the workflow will use', async () => {
    const { reflex } = reflexOf();
    const subject = { host: 'host-9', agent: 'b' };
    const further = furtherFreeze(subject);
    const { input } = await incident([further]);
    reflex.fire(input);
    await reflex.settle();
    const key = effectKey(input.id, further, 'apply');
    expect(await rangeEffects(on.home, 'agent', key)).toMatchObject([{ effects: 1, calls: 1 }]);
    const path = `/api/v1/status?${new URLSearchParams(subject)}`;
    expect(await callRange(on.home, 'agent', 'GET', path)).toMatchObject({
      body: { frozen: true },
    });
  });

  it('freezes at once, and is observed and not claimed', async () => {
    const { reflex, observed } = reflexOf();
    const { input } = await incident();
    reflex.fire(input);
    await reflex.settle();
    const key = effectKey(input.id, IMPATIENT, 'apply');
    expect(await rangeEffects(on.home, 'agent', key)).toMatchObject([{ effects: 1, calls: 1 }]);
    expect(await seen(input)).toMatchObject([
      {
        key: 'reflex/freeze_agent',
        actor: 'cordon',
        body: { action: 'freeze_agent', target: 'agent', applied: true, took_ms: 0 },
      },
    ]);
    expect(observed).toEqual([['applied', 0]]);
    const known = await on.deps.ledger.register.incident(input.id);
    expect(known).toMatchObject({ state: 'open', containment_actions: [{ status: 'planned' }] });
  });

  it('is one effect with the workflow’s', async () => {
    const { reflex } = reflexOf();
    const { input, request } = await incident();
    reflex.fire(input);
    await reflex.settle();
    const subject = { ...input.subject };
    const results = await contain(on.deps, { ...request, subject });
    expect(results).toMatchObject([{ status: 'contained' }]);
    expect(await calls()).toMatchObject([{ effects: 1, calls: 2 }]);
  });

  it('does nothing that does not freeze', async () => {
    const { reflex, observed } = reflexOf();
    const { input } = await incident([AIRLOCK]);
    reflex.fire(input);
    await reflex.settle();
    expect(await rangeEffects(on.home, 'airlock')).toEqual([]);
    expect(observed).toEqual([]);
  });

  it.each([
    ['is away', { fault: 'down' }],
    ['refuses', { fault: 'refuse' }],
    ['does not answer in time', { fault: 'slow', ms: 2_000 }],
  ] as const)('whose target %s has failed, and no release waits for it', async (_what, order) => {
    await setRangeFault(on.home, 'agent', order);
    const { reflex, observed } = reflexOf();
    const { input } = await incident();
    const key = { incident_id: input.id, resource: IMPATIENT.resource };
    const release = () =>
      on.deps.ledger.holds.beginRelease(key, on.clock.ms, on.clock.ms + REFLEX_PATIENCE_MS);
    reflex.fire(input);
    expect(await release()).toBe('wait');
    await reflex.settle();
    const [reflected] = await seen(input);
    expect(reflected?.body).toMatchObject({ applied: false, detail: expect.stringMatching(/./) });
    expect(observed).toMatchObject([['failed', 0]]);
    expect(await release()).toBe('go');
  });
});

describe('a shot that had to wait', () => {
  /** Every look at this clock is a millisecond later than the one before. */
  const ticking = () => (on.clock.ms += 1);

  it('is sent while its incident holds', async () => {
    const { reflex, observed } = reflexOf({ now: ticking });
    const { input } = await incident();
    reflex.fire(input);
    await reflex.settle();
    expect(observed).toMatchObject([['applied', expect.any(Number)]]);
  });

  it('is not sent after the release', async () => {
    const { reflex, observed } = reflexOf({ now: ticking });
    const { input } = await incident();
    await on.deps.ledger.holds.endRelease({
      incident_id: input.id,
      resource: IMPATIENT.resource,
    });
    reflex.fire(input);
    await reflex.settle();
    expect(await calls()).toEqual([]);
    expect(await seen(input)).toEqual([]);
    expect(observed).toMatchObject([['late', expect.any(Number)]]);
  });

  it('is not sent when a release might no longer wait for it', async () => {
    const steps = [0, REFLEX_PATIENCE_MS - CALL_TIMEOUT_MS + 1];
    const { reflex, observed } = reflexOf({ now: () => on.clock.ms + (steps.shift() ?? 3_001) });
    const { input } = await incident();
    reflex.fire(input);
    await reflex.settle();
    expect(await calls()).toEqual([]);
    expect(observed).toEqual([['late', 3_001]]);
  });

  it('is behind so many others, whose targets are slow', async () => {
    await setRangeFault(on.home, 'agent', { fault: 'slow', ms: 50 });
    const { reflex, observed } = reflexOf();
    const all: Awaited<ReturnType<typeof incident>>[] = [];
    while (all.length < MOST_IN_FLIGHT + 2) all.push(await incident([FREEZE]));
    for (const { input } of all) reflex.fire(input);
    on.clock.ms += 1;
    const [freed, held] = all.slice(MOST_IN_FLIGHT);
    const resource = IMPATIENT.resource;
    await on.deps.ledger.holds.endRelease({ incident_id: freed?.input.id ?? '', resource });
    await reflex.settle();
    const outcomes = observed.map(([outcome]) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(MOST_IN_FLIGHT + 1);
    expect(outcomes.filter((outcome) => outcome === 'late')).toHaveLength(1);
    expect(held && (await seen(held.input))).toHaveLength(1);
    expect(freed && (await seen(freed.input))).toEqual([]);
  });
});

describe('nothing that goes wrong', () => {
  it('is thrown at whoever reports', async () => {
    const { reflex, warned } = reflexOf();
    const { input } = await incident();
    // The ledger knows no such incident, so there is nowhere to write it down.
    reflex.fire({ ...input, id: 'INC-20260102-030405-ffffffff' });
    await expect(reflex.settle()).resolves.toBeUndefined();
    expect(warned).toEqual(['a reflex was not recorded']);
    reflex.fire(input);
    await reflex.settle();
    expect(await seen(input)).toHaveLength(1);
  });
});
