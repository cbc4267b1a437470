import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities, ContainRequest } from '../../src/domain/activities.ts';
import { SIGNALS, type ObserveSignal } from '../../src/domain/messages.ts';
import type { Course, PlannedAction } from '../../src/domain/plan.ts';
import { CLAIMED } from '../support/attestations.ts';
import { NOTHING_CAPTURED } from '../support/captures.ts';
import { eventually } from '../support/eventually.ts';
import { AIRLOCK, COURSE, FREEZE, furtherFreeze, LATCHED } from '../support/incidents.ts';
import { stage } from './stage.ts';

let on: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => void (on = await stage()), 60_000);
afterAll(() => on.stop());

const MINUTE_MS = 60_000;
const CRITICAL: Course = { ...COURSE, ...LATCHED, require_reattest: false, actions: [FREEZE] };
const SECOND = { host: 'host-2' };
const FURTHER = furtherFreeze(SECOND);
const widens = { subject: SECOND, actions: [FURTHER] };
let observations = 0;

/** A world that says on which actions it was asked for what, in order. */
function listening(changed: Partial<Activities> = {}) {
  const asked: string[] = [];
  const said = (what: string, { actions }: ContainRequest) => {
    asked.push(...actions.map(({ action }) => `${what} ${action}`));
    return actions;
  };
  const effects: Partial<Activities> = {
    contain: async (request) => said('apply', request).map(inForce),
    capture: async () => NOTHING_CAPTURED,
    ...changed,
  };
  return { asked, effects };
}

const inForce = ({ action, target }: PlannedAction) =>
  ({ action, target, status: 'contained', reason: 'ok', detail: '' }) as const;

type Started = Awaited<ReturnType<typeof on.start>>;

/** Signals, and waits until all has come of it that will. */
async function observe({ handle }: Started, signal: Omit<ObserveSignal, 'key'>): Promise<void> {
  await handle.signal(SIGNALS.observe, { key: `alert/${(observations += 1)}`, ...signal });
  await on.environment.sleep(MINUTE_MS);
}

async function settled(): Promise<void> {
  await eventually(
    () => on.told('contained'),
    (verdicts) => verdicts.length > 0,
  );
}

/** Makes the history so long that the workflow goes on in another run. */
async function goOn({ handle }: Started): Promise<void> {
  const { runId } = await handle.describe();
  const loss = { action: 'none', detail: 'x'.repeat(800_000) };
  for (let i = 0; i < 6; i += 1) await handle.signal(SIGNALS.lost, loss);
  await eventually(
    () => handle.describe(),
    (run) => run.runId !== runId,
  );
}

/** What the ledger has the release of each action come to. */
const releases = () =>
  on.told('released').flatMap(({ event }) => {
    const results = event.type === 'released' ? event.results : [];
    return results.map(({ action, status }) => [action, status]);
  });

describe('an alert more severe than its incident', () => {
  it('raises it, and it is contained anew, with all that its new course asks for', async () => {
    const { asked, effects } = listening();
    const started = await on.start({}, effects);
    await settled();
    await observe(started, { raises: { ...CRITICAL, actions: [FREEZE, AIRLOCK] } });
    expect(on.told('raised')).toMatchObject([{ event: { from: 'high' } }]);
    expect(asked).toEqual(['apply freeze_agent', 'apply disable_airlock']);
    expect(on.told('contained')).toHaveLength(2);
    await expect(started.give('resolve')).rejects.toMatchObject({
      cause: { type: 'acknowledgement_required' },
    });
    await started.give('acknowledge');
    await started.give('resolve');
    await started.give('close');
    await started.handle.result();
    expect(releases()).toEqual([
      ['disable_airlock', 'released'],
      ['freeze_agent', 'released'],
    ]);
  });

  it('raises it once, however often it is told', async () => {
    const { asked, effects } = listening();
    const started = await on.start({}, effects);
    await settled();
    for (let i = 0; i < 3; i += 1) await observe(started, { raises: CRITICAL });
    await observe(started, { raises: { ...CRITICAL, severity: 'medium' } });
    expect(on.told('raised')).toHaveLength(1);
    expect(asked).toEqual(['apply freeze_agent']);
    await started.give('acknowledge');
    await started.give('resolve');
    await started.give('close');
    await started.handle.result();
  });

  it('never makes it require less', async () => {
    const started = await on.start({ ...LATCHED, severity: 'high' });
    await settled();
    await observe(started, { raises: { ...COURSE, severity: 'critical' } });
    expect(on.told('raised')).toMatchObject([
      { event: { course: { ...LATCHED, severity: 'critical' } } },
    ]);
    await expect(started.give('resolve')).rejects.toMatchObject({
      cause: { type: 'acknowledgement_required' },
    });
    for (const command of ['acknowledge', 'reattest', 'resolve', 'close']) {
      await started.give(command);
    }
    await started.handle.result();
  });
});

describe('a further subject', () => {
  it('is contained beside the first, and released with it', async () => {
    const { asked, effects } = listening();
    const started = await on.start({}, effects);
    await settled();
    await observe(started, { widens });
    expect(on.told('widened')).toMatchObject([{ event: widens }]);
    expect(asked).toEqual(['apply freeze_agent', 'apply freeze_agent_2']);
    expect(on.told('contained')).toHaveLength(2);
    await started.give('resolve');
    await started.handle.result();
    expect(releases()).toEqual([
      ['freeze_agent_2', 'released'],
      ['freeze_agent', 'released'],
    ]);
  });

  it('is contained once, however often it is told', async () => {
    const { asked, effects } = listening();
    const started = await on.start({}, effects);
    await settled();
    for (let i = 0; i < 3; i += 1) await observe(started, { widens });
    expect(on.told('widened')).toHaveLength(1);
    expect(asked).toEqual(['apply freeze_agent', 'apply freeze_agent_2']);
    await started.give('resolve');
    await started.handle.result();
  });

  it('is frozen while the first is still being captured from', async () => {
    const { promise: captured, resolve: finish } = Promise.withResolvers<void>();
    const { asked, effects } = listening({
      capture: async () => {
        await captured;
        return NOTHING_CAPTURED;
      },
    });
    const started = await on.start({}, effects);
    await started.handle.signal(SIGNALS.observe, { key: 'alert/early', widens });
    await expect.poll(() => asked).toContain('apply freeze_agent_2');
    expect(on.told('contained')).toEqual([]);
    finish();
    await settled();
    await started.give('resolve');
    await started.handle.result();
    expect(asked).toEqual(['apply freeze_agent', 'apply freeze_agent_2']);
  });

  it('of many at once has its own name, and no step is tried twice', async () => {
    const { asked, effects } = listening();
    const started = await on.start({}, effects);
    await settled();
    const subjects = Array.from({ length: 12 }, (_, i) => ({ host: `host-${i + 2}` }));
    await Promise.all(
      // Each was planned before any of the others was known.
      subjects.map((subject, i) =>
        started.handle.signal(SIGNALS.observe, {
          key: `alert/of-many-${i}`,
          widens: { subject, actions: [furtherFreeze(subject)] },
        }),
      ),
    );
    await on.environment.sleep(MINUTE_MS);
    expect(on.told('widened')).toHaveLength(12);
    expect(asked.toSorted()).toEqual(
      ['', ...subjects.map((_, i) => `_${i + 2}`)].map((n) => `apply freeze_agent${n}`).toSorted(),
    );
    await started.give('resolve');
    await started.handle.result();
    expect(releases()).toHaveLength(13);
  });

  it('on a host that has not proved itself is left to people, once the course requires proof', async () => {
    const attest = async () => ({ ...CLAIMED, host: 'host-1' });
    const started = await on.start({}, { attest });
    await settled();
    await observe(started, { widens });
    await observe(started, { raises: { ...CRITICAL, require_reattest: true } });
    for (const command of ['acknowledge', 'reattest', 'resolve', 'close']) {
      await started.give(command);
    }
    await started.handle.result();
    expect(on.letGo()).toMatchObject([
      { action: 'freeze_agent_2', release: 'manual' },
      { action: 'freeze_agent', release: 'automatic' },
    ]);
    expect(on.told('released')).toMatchObject([
      {
        event: {
          results: [
            { reason: 'unproved', detail: expect.stringContaining('host-2') },
            { reason: 'ok' },
          ],
        },
      },
    ]);
  });
});

describe('an incident that was raised and widened', () => {
  it('is all of that in the run that goes on from it', async () => {
    const { asked, effects } = listening();
    const started = await on.start({}, effects);
    await settled();
    await observe(started, { raises: { ...CRITICAL, actions: [FREEZE, AIRLOCK] }, widens });
    await goOn(started);
    await observe(started, { widens });
    expect(on.told('widened')).toHaveLength(1);
    const third = { host: 'host-3' };
    await observe(started, { widens: { subject: third, actions: [furtherFreeze(third)] } });
    await started.give('acknowledge');
    await started.give('resolve');
    await started.give('close');
    await started.handle.result();
    const names = ['freeze_agent', 'disable_airlock', 'freeze_agent_2', 'freeze_agent_3'];
    expect(asked.toSorted()).toEqual(names.map((name) => `apply ${name}`).toSorted());
    expect(releases()).toEqual(names.map((name) => [name, 'released']).toReversed());
  });

  it('comes to what the run before it was told, and has not come to', async () => {
    const { asked, effects } = listening();
    const observed = [{ key: 'alert/lost', widens }];
    const started = await on.start({}, effects, { observed });
    await eventually(
      () => asked,
      (names) => names.includes('apply freeze_agent_2'),
    );
    await settled();
    await started.give('resolve');
    await started.handle.result();
    expect(on.told('widened')).toHaveLength(1);
    expect(releases()).toHaveLength(2);
  });
});

describe('an observation', () => {
  it('of what is over changes nothing', async () => {
    const started = await on.start({ review: true });
    await settled();
    await started.give('resolve');
    await observe(started, { raises: CRITICAL, widens });
    expect([...on.told('raised'), ...on.told('widened')]).toEqual([]);
    await started.give('close');
    await started.handle.result();
  });

  it.each([
    ['is none', null],
    ['has no key', { widens }],
    ['raises to nothing that there is', { key: 'k', raises: { ...CRITICAL, severity: 'dire' } }],
    ['names no actions', { key: 'k', widens: { subject: SECOND } }],
    ['names a subject that is none', { key: 'k', widens: { subject: { host: 7 }, actions: [] } }],
    ['names half an action', { key: 'k', widens: { subject: SECOND, actions: [{ action: 'x' }] } }],
  ])('that %s is ignored', async (_what, signal) => {
    const started = await on.start({});
    await settled();
    await started.handle.signal(SIGNALS.observe, signal);
    await started.give('resolve');
    await started.handle.result();
    expect([...on.told('raised'), ...on.told('widened')]).toEqual([]);
  });
});
