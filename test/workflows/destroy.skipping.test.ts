import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities, DestroyRequest } from '../../src/domain/activities.ts';
import { evidenceReceiptSchema } from '../../src/domain/evidence-receipt.ts';
import { SIGNALS } from '../../src/domain/messages.ts';
import type { Plan, PlannedAction } from '../../src/domain/plan.ts';
import { CAPTURED, NO_CAPTURE, NOTHING_CAPTURED } from '../support/captures.ts';
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
const SECOND = { host: 'host-2' };
const SECOND_WIPE: PlannedAction = {
  ...WIPE,
  action: 'wipe_workspace_2',
  resource: 'wipe_workspace@workspace#host-2/*',
};
const capture = { ...NO_CAPTURE, targets: ['agent'], deadline_ms: 1_000, host_ms: 60_000 };
const WIPES: Partial<Plan> = { ...COURSE, actions: [FREEZE, WIPE], capture };

/** A world that says what was asked of it, in order. */
function listening(changed: Partial<Activities> = {}) {
  const asked: string[] = [];
  const destroyed: DestroyRequest[] = [];
  const effects: Partial<Activities> = {
    contain: async ({ actions }) => {
      asked.push(...actions.map(({ action }) => action));
      return actions.map(inForce);
    },
    destroy: async (request) => {
      asked.push(...request.actions.map(({ action }) => action));
      destroyed.push(request);
      return request.actions.map(inForce);
    },
    captureHost: async () => {
      asked.push('capture');
      return CAPTURED;
    },
    ...changed,
  };
  return { asked, destroyed, effects };
}

const inForce = ({ action, target }: PlannedAction) =>
  ({ action, target, status: 'contained', reason: 'ok', detail: '' }) as const;
const gates = () => on.told('evidence_gate').map(({ event }) => event);

describe('a step that destroys evidence', () => {
  it('is taken last, with the receipt of what was captured', async () => {
    const { asked, destroyed, effects } = listening();
    const { handle, give } = await on.start(WIPES, effects);
    await on.environment.sleep(MINUTE_MS);
    await give('resolve');
    await handle.result();
    expect(asked.indexOf('wipe_workspace')).toBe(asked.length - 1);
    expect(asked.toSorted()).toEqual(['capture', 'freeze_agent', 'wipe_workspace']);
    expect(destroyed.map(({ evidence }) => evidence)).toEqual([{ receipt: CAPTURED.receipt }]);
    expect(gates()).toEqual([]);
  });

  it('waits beside everything else while the host is captured from', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const { asked, effects } = listening({
      captureHost: async () => {
        await finished;
        return CAPTURED;
      },
    });
    const { handle, give } = await on.start(WIPES, effects);
    await expect.poll(() => asked).toContain('freeze_agent');
    expect(asked).not.toContain('wipe_workspace');
    finish();
    await expect.poll(() => asked).toContain('wipe_workspace');
    await give('resolve');
    await handle.result();
  });

  it('is held, and taken once a later capture has kept something', async () => {
    let captures = 0;
    const { destroyed, effects } = listening({
      captureHost: async () => {
        captures += 1;
        const gaps = [{ collector: 'host', reason: 'unreachable' }];
        return captures < 3 ? { ...NOTHING_CAPTURED, gaps } : CAPTURED;
      },
    });
    const { handle, give } = await on.start(WIPES, effects);
    await on.environment.sleep(10 * MINUTE_MS);
    expect(gates()).toEqual([
      {
        type: 'evidence_gate',
        decision: 'hold',
        actions: ['wipe_workspace'],
        reason: expect.stringContaining('host (unreachable)'),
      },
    ]);
    expect(destroyed).toHaveLength(1);
    await give('resolve');
    await handle.result();
    expect(captures).toBe(3);
  });

  it('is held while what was kept falls short, though it is signed', async () => {
    let captures = 0;
    const short = {
      ...CAPTURED,
      gaps: [{ collector: 'memory', reason: 'agent_unreachable' }],
      short_of: ['memory'],
    };
    const { destroyed, effects } = listening({
      captureHost: async () => ((captures += 1) < 2 ? short : CAPTURED),
    });
    const { handle, give } = await on.start(WIPES, effects);
    await on.environment.sleep(5 * MINUTE_MS);
    expect(gates()).toMatchObject([
      { decision: 'hold', reason: 'not enough evidence was kept: memory (agent_unreachable)' },
    ]);
    expect(destroyed).toMatchObject([{ evidence: { receipt: CAPTURED.receipt } }]);
    await give('resolve');
    await handle.result();
    expect(captures).toBe(2);
  });

  it('is taken without, and that is on the record, where policy says to proceed', async () => {
    const { destroyed, effects } = listening({ captureHost: async () => NOTHING_CAPTURED });
    const plan = { ...WIPES, capture: { ...capture, on_failure: 'proceed' as const } };
    const { handle, give } = await on.start(plan, effects);
    await on.environment.sleep(MINUTE_MS);
    await give('resolve');
    await handle.result();
    expect(gates()).toMatchObject([{ decision: 'proceed', actions: ['wipe_workspace'] }]);
    expect(destroyed).toMatchObject([{ evidence: { without: expect.any(String) } }]);
  });

  it('that is still held at the resolution is never taken, and nothing waits for it', async () => {
    const { asked, effects } = listening({ captureHost: async () => NOTHING_CAPTURED });
    const { handle, give } = await on.start(WIPES, effects);
    await on.environment.sleep(MINUTE_MS / 2);
    await give('resolve');
    await handle.result();
    expect(asked).not.toContain('wipe_workspace');
  });

  it('of a further subject is taken only with evidence of that very subject', async () => {
    const further = { ...SECOND_WIPE, on: { action: 'wipe_workspace', subject: SECOND } };
    const second = { ...CAPTURED.receipt, snapshot_id: '2'.repeat(16) };
    const receipt = evidenceReceiptSchema.parse(second);
    let captures = 0;
    const { destroyed, effects } = listening({
      captureHost: async ({ subject }) => {
        if (subject.host !== SECOND.host) return CAPTURED;
        captures += 1;
        return captures < 2 ? NOTHING_CAPTURED : { ...CAPTURED, receipt };
      },
    });
    const { handle, give } = await on.start(WIPES, effects);
    await on.environment.sleep(MINUTE_MS);
    const widens = { subject: SECOND, actions: [further] };
    await handle.signal(SIGNALS.observe, { key: 'alert/1', widens });
    await on.environment.sleep(MINUTE_MS / 2);
    expect(gates()).toMatchObject([{ decision: 'hold', actions: ['wipe_workspace_2'] }]);
    expect(destroyed).toHaveLength(1);
    await on.environment.sleep(5 * MINUTE_MS);
    expect(destroyed.map(({ actions, evidence }) => [actions[0]?.action, evidence])).toEqual([
      ['wipe_workspace', { receipt: CAPTURED.receipt }],
      ['wipe_workspace_2', { receipt }],
    ]);
    await give('resolve');
    await handle.result();
  });

  it('that failed is tried again with the same evidence until it is in force', async () => {
    const enforced: unknown[] = [];
    const { effects } = listening({
      destroy: async ({ actions }) =>
        actions.map((action) => ({ ...inForce(action), status: 'failed', reason: 'no_evidence' })),
      enforce: async (request) => {
        enforced.push('evidence' in request ? request.evidence : null);
        const [action = WIPE] = request.actions;
        return inForce(action);
      },
    });
    const { handle, give } = await on.start(WIPES, effects);
    await on.environment.sleep(MINUTE_MS);
    await give('resolve');
    await handle.result();
    expect(on.told('containment_failed')).toHaveLength(1);
    expect(enforced).toEqual([{ receipt: CAPTURED.receipt }]);
  });
});
