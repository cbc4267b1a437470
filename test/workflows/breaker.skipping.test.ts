import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/domain/activities.ts';
import { UPDATES } from '../../src/domain/messages.ts';
import type { Plan, PlannedAction } from '../../src/domain/plan.ts';
import { CAPTURED, NO_CAPTURE } from '../support/captures.ts';
import { COURSE, FREEZE } from '../support/incidents.ts';
import { stage } from './stage.ts';

let on: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => void (on = await stage()), 60_000);
afterAll(() => on.stop());

const MINUTE_MS = 60_000;
const WIPE: PlannedAction = {
  ...FREEZE,
  action: 'wipe_workspace',
  target: 'workspace',
  resource: 'wipe_workspace@workspace#*/*',
  freeze: false,
  destructive: true,
  release: 'none',
};
const capture = { ...NO_CAPTURE, targets: ['agent'], deadline_ms: 1_000, host_ms: 60_000 };
const WIPES: Partial<Plan> = { ...COURSE, actions: [FREEZE, WIPE], capture };
const REASON = 'as much as is done without a person';

/** An incident whose wipe the breaker holds. */
async function held() {
  const taken: string[] = [];
  const effects: Partial<Activities> = {
    captureHost: async () => CAPTURED,
    mayDestroy: async ({ actions }) => ({
      held: actions.map(({ action }) => action),
      ...{ reason: REASON, decide_ms: 5 * MINUTE_MS },
    }),
    contain: async ({ actions }) => actions.map(inForce),
    destroy: async ({ actions }) => {
      taken.push(...actions.map(({ action }) => action));
      return actions.map(inForce);
    },
  };
  const { handle, give } = await on.start(WIPES, effects);
  await on.environment.sleep(MINUTE_MS);
  const decide = (verdict: 'approve' | 'decline', by = 'ada') => {
    const order = { order: 'decide', step: 'breaker', verdict, by, claim: '', note: '' };
    return handle.executeUpdate(UPDATES.order, { args: [order] });
  };
  return { taken, handle, give, decide };
}

const inForce = ({ action, target }: PlannedAction) =>
  ({ action, target, status: 'contained', reason: 'ok', detail: '' }) as const;
const refusedAs = (type: string) => ({ cause: { type } });

describe('a destructive step beyond the limit of the breaker', () => {
  it('waits for a person while all else goes on, and is taken when one approves', async () => {
    const { taken, handle, give, decide } = await held();
    expect(on.told('action').map(({ event }) => event)).toMatchObject([
      { result: { action: 'freeze_agent' } },
    ]);
    expect(on.told('breaker_held').map(({ event }) => event)).toMatchObject([
      { actions: ['wipe_workspace'], reason: REASON },
    ]);
    expect(taken).toEqual([]);
    await expect(give('resolve')).rejects.toMatchObject(refusedAs('decisions_open'));

    expect(await decide('approve')).toEqual({ status: 'decided' });
    await expect.poll(() => taken).toEqual(['wipe_workspace']);
    await expect.poll(() => on.told('contained')).toHaveLength(1);
    await expect(decide('decline')).rejects.toMatchObject(refusedAs('already_decided'));
    await give('resolve');
    await handle.result();
    expect(taken).toEqual(['wipe_workspace']);
  });

  it('is left undone when one declines, and then nothing waits for it', async () => {
    const { taken, handle, give, decide } = await held();
    await decide('decline');
    await expect.poll(() => on.told('contained')).toHaveLength(1);
    await give('resolve');
    await handle.result();
    expect(taken).toEqual([]);
    expect(on.told('breaker_held')).toHaveLength(1);
  });

  it('has somebody paged when nobody has decided in time', async () => {
    const { taken, handle, give, decide } = await held();
    await on.environment.sleep(5 * MINUTE_MS);
    expect(on.told('sla_breached').map(({ event }) => event)).toMatchObject([
      { stage: 'decide/breaker', times: 1 },
    ]);
    expect(taken).toEqual([]);
    await decide('approve');
    await expect.poll(() => taken).toEqual(['wipe_workspace']);
    await give('resolve');
    await handle.result();
  });
});
