import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/domain/events.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { eventually } from '../support/eventually.ts';
import { COURSE, LATCHED } from '../support/incidents.ts';
import { stage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let on: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => void (on = await stage()));
afterAll(() => on.stop());

const settled = () =>
  eventually(
    () => [...on.told('contained'), ...on.told('containment_failed')],
    (verdicts) => verdicts.length > 0,
  );

/** Stage, number, and how long after the report it was due and was told. */
const breaches = (createdAt: number) =>
  on.told('sla_breached').map(({ at, event }: RecordedEvent) => {
    if (event.type !== 'sla_breached') throw new Error('not asked for');
    const { stage: of, times, due_at } = event;
    return {
      of,
      times,
      due: Date.parse(due_at) - createdAt,
      late: Date.parse(at) - Date.parse(due_at),
    };
  });

describe('the service levels', () => {
  const plan: Partial<Plan> = {
    ...LATCHED,
    slas: {
      contain_ms: 5 * MINUTE,
      acknowledge_ms: HOUR,
      resolve_ms: 24 * HOUR,
      review_ms: 24 * HOUR,
      repeat_ms: 15 * MINUTE,
    },
  };

  it('are told when they are breached, again at every repeat, and not once the stage is done', async () => {
    const { created_at, give, handle } = await on.start(plan);
    await settled();
    await on.environment.sleep(HOUR - 5_000);
    expect(breaches(created_at)).toEqual([]);
    await on.environment.sleep(31 * MINUTE);
    const acknowledge = breaches(created_at);
    expect(acknowledge).toMatchObject([
      { of: 'acknowledge', times: 1, due: HOUR },
      { of: 'acknowledge', times: 2, due: HOUR + 15 * MINUTE },
      { of: 'acknowledge', times: 3, due: HOUR + 30 * MINUTE },
    ]);
    for (const { late } of acknowledge) expect(late).toBeLessThan(2_000);

    await give('acknowledge');
    await give('reattest');
    await on.environment.sleep(10 * HOUR);
    expect(breaches(created_at)).toHaveLength(3);
    await on.environment.sleep(13 * HOUR);
    expect(breaches(created_at).at(-1)).toMatchObject({ of: 'resolve' });

    await give('resolve');
    const before = breaches(created_at).length;
    await on.environment.sleep(25 * HOUR);
    expect(breaches(created_at).slice(before)[0]).toMatchObject({ of: 'review', times: 1 });
    await give('close');
    await handle.result();
  });

  it('let a latched incident wait for a year, and do not open it', async () => {
    const { give, handle } = await on.start({ ...LATCHED, require_reattest: false });
    await settled();
    await on.environment.sleep(365 * 24 * HOUR);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    expect(on.told('released')).toEqual([]);
    await give('acknowledge');
    await give('resolve');
    await give('close');
    await handle.result();
    expect(on.told('released')).toHaveLength(1);
  });
});

describe('an action that does not come into force', () => {
  it('is tried for as long as it takes, with pauses that grow to half a minute', async () => {
    const tries: number[] = [];
    const failing = async ({ actions }: { actions: { action: string; target: string }[] }) =>
      actions.map(({ action, target }) => {
        return { action, target, status: 'failed' as const, reason: 'unreachable', detail: '' };
      });
    const { give, handle } = await on.start(COURSE, {
      contain: failing,
      enforce: async ({ actions: [first] }) => {
        tries.push(await on.environment.currentTimeMs());
        if (tries.length < 20) throw ApplicationFailure.create({ message: 'unreachable' });
        const { action = '', target = '' } = first ?? {};
        return { action, target, status: 'contained', reason: 'ok', detail: '' };
      },
    });
    await settled();
    expect(on.told('containment_failed')).toHaveLength(1);
    await on.environment.sleep(HOUR);
    expect(tries).toHaveLength(20);
    const pauses = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
    expect(Math.max(...pauses)).toBeLessThan(35_000);
    expect(pauses.at(-1)).toBeGreaterThan(25_000);
    expect(on.told('contained')).toHaveLength(1);
    await give('resolve');
    await handle.result();
  });
});

describe('a workflow that is cancelled', () => {
  it('goes on: to its service levels, to its ceremony and to its release', async () => {
    const slas = { ...COURSE.slas, acknowledge_ms: HOUR };
    const { created_at, give, handle } = await on.start({ ...LATCHED, slas });
    await settled();
    await handle.cancel();
    await on.environment.sleep(HOUR + MINUTE);
    expect(breaches(created_at)[0]).toMatchObject({ of: 'acknowledge', times: 1 });
    expect(on.told('released')).toEqual([]);
    await give('acknowledge');
    await give('reattest');
    await give('resolve');
    await give('close');
    await handle.result();
    expect(on.told('released')).toHaveLength(1);
  });
});
