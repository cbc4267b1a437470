import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { callRange, rangeEffects, setRangeFault } from '../../../src/range/client.ts';
import { requestFor, shippedTargets, startPractice, type Practice } from '../../range/practice.ts';

const ACTIONS = ['freeze_agent', 'disable_airlock', 'force_vault_relock', 'quarantine_model'];
const FREEZE = requestFor('freeze_agent');
const THAW = requestFor('freeze_agent', { idempotency_key: 'thaw-1' });
/** Long enough for an answer on a busy machine, short enough to wait for. */
const SHORT_MS = 250;

let practice: Practice;
let policy = shippedTargets();
let targets: ReturnType<typeof createTargets>;

beforeEach(async () => {
  practice = await startPractice();
  policy = shippedTargets();
  targets = createTargets({ policy: () => policy, home: practice.home, now: Date.now });
});
afterEach(async () => {
  await practice.stop();
  await targets.close();
});

const isFrozen = async () => {
  const task = { host: 'web-1', agent: 'planner' };
  return (await callRange(practice.home, 'agent', 'POST', '/api/v1/tasks', task)).status === 409;
};

describe('when the target is well', () => {
  it.each(ACTIONS)('contains by %s, and says so only after reading', async (action) => {
    const request = requestFor(action);
    expect(await targets.verify(request)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    expect(await targets.apply(request)).toMatchObject({ status: 'contained', reason: 'ok' });
    expect(await targets.verify(request)).toMatchObject({ status: 'contained' });
  });

  it.each(['freeze_agent', 'disable_airlock', 'quarantine_model'])(
    'releases %s and sees that the effect is gone',
    async (action) => {
      await targets.apply(requestFor(action));
      const release = requestFor(action, { idempotency_key: 'release' });
      expect(await targets.release(release)).toMatchObject({ status: 'released', reason: 'ok' });
      expect(await targets.verify(release)).toMatchObject({
        status: 'failed',
        reason: 'no_effect',
      });
    },
  );

  it('never calls a target whose release stays with people', async () => {
    await targets.apply(requestFor('force_vault_relock'));
    const release = requestFor('force_vault_relock', { idempotency_key: 'release' });
    expect(await targets.release(release)).toMatchObject({
      status: 'failed',
      reason: 'refused',
      retryable: false,
    });
    expect(await rangeEffects(practice.home, 'vault', 'release')).toEqual([]);
    expect(await targets.verify(release)).toMatchObject({ status: 'contained' });
  });

  it('keeps one agent frozen while another is thawed', async () => {
    const other = { host: 'web-2' };
    await targets.apply(FREEZE);
    await targets.apply(requestFor('freeze_agent', { subject: other, idempotency_key: 'other' }));
    const thaw = requestFor('freeze_agent', { subject: other, idempotency_key: 'thaw' });
    expect(await targets.release(thaw)).toMatchObject({ status: 'released' });
    expect(await isFrozen()).toBe(true);
  });

  it('quarantines every model when the report names none', async () => {
    const request = requestFor('quarantine_model', { subject: {} });
    expect(await targets.apply(request)).toMatchObject({ status: 'contained' });
    const serve = '/api/v1/models/serve?model=any';
    expect((await callRange(practice.home, 'registry', 'GET', serve)).status).toBe(403);
  });

  it('pokes without a claim', async () => {
    expect(await targets.poke(FREEZE)).toMatchObject({ status: 'partial', reason: 'ok' });
    expect(await isFrozen()).toBe(true);
  });

  it('has one effect for the reflex and the workflow together', async () => {
    await targets.poke(FREEZE);
    await targets.apply(FREEZE);
    expect(await rangeEffects(practice.home, 'agent', FREEZE.idempotency_key)).toEqual([
      { path: '/api/v1/freeze', key: FREEZE.idempotency_key, effects: 1, calls: 2 },
    ]);
  });

  it('leaves nothing frozen when the reflex comes after the release', async () => {
    await targets.apply(FREEZE);
    await targets.release(THAW);
    await targets.poke(FREEZE);
    expect(await isFrozen()).toBe(false);
  });

  it('snapshots the status document as it is', async () => {
    const snapshot = await targets.snapshot('vault', 2_000);
    if ('gap' in snapshot) throw new Error(snapshot.detail);
    expect(snapshot.media_type).toBe('application/json');
    expect(Buffer.from(snapshot.bytes).toString()).toBe('{"service":"vault","locked":false}\n');
  });
});

describe('when the target is not well', () => {
  it('is unreachable when the connection is cut, and heals by itself', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'down' });
    for (const outcome of [await targets.apply(FREEZE), await targets.poke(FREEZE)]) {
      expect(outcome).toMatchObject({ status: 'failed', reason: 'unreachable', retryable: true });
    }
    expect(await targets.snapshot('agent', 2_000)).toMatchObject({ gap: 'unreachable' });
    await setRangeFault(practice.home, 'agent', { fault: 'none' });
    expect(await targets.apply(FREEZE)).toMatchObject({ status: 'contained' });
  });

  it('is unreachable when nothing listens', async () => {
    policy.targets['agent'] = { unix: 'run/nobody.sock', status: '/' };
    expect(await targets.apply(FREEZE)).toMatchObject({ reason: 'unreachable', retryable: true });
  });

  it('times out when the target hangs, within the time given', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'slow', ms: 60_000 });
    const began = performance.now();
    const hurried = requestFor('freeze_agent', { timeout_ms: SHORT_MS });
    for (const act of [targets.apply, targets.verify, targets.poke, targets.release]) {
      const outcome = await act(hurried);
      expect(outcome).toMatchObject({ status: 'failed', reason: 'timeout', retryable: true });
    }
    expect(await targets.snapshot('agent', SHORT_MS)).toMatchObject({ gap: 'timeout' });
    expect(performance.now() - began).toBeLessThan(5 * SHORT_MS + 1_000);
  });

  it('contains when the target acts at once and answers too late', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'slow', ms: 60_000, count: 1 });
    const outcome = await targets.apply(requestFor('freeze_agent', { timeout_ms: 2 * SHORT_MS }));
    expect(outcome).toMatchObject({ status: 'contained', reason: 'ok' });
  });

  it('contains when the target answers 500 after having acted', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'error_after_effect' });
    expect(await targets.apply(FREEZE)).toMatchObject({ status: 'contained', reason: 'ok' });
    expect(await targets.release(THAW)).toMatchObject({ status: 'released', reason: 'ok' });
    expect(await targets.poke(FREEZE)).toMatchObject({ status: 'failed', reason: 'http_error' });
  });

  it('fails when the target lies, and contains once it stops lying', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'lying' });
    expect(await targets.apply(FREEZE)).toMatchObject({
      status: 'failed',
      reason: 'no_effect',
      retryable: true,
    });
    await setRangeFault(practice.home, 'agent', { fault: 'none' });
    expect(await targets.apply(FREEZE)).toMatchObject({ status: 'contained' });
  });

  it('is not released by a lie', async () => {
    await targets.apply(FREEZE);
    await setRangeFault(practice.home, 'agent', { fault: 'lying' });
    expect(await targets.release(THAW)).toMatchObject({ status: 'failed', reason: 'no_effect' });
  });

  it('tells the true state while the target flaps', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'flapping' });
    expect(await targets.apply(FREEZE)).toMatchObject({ status: 'failed', reason: 'http_error' });
    expect(await targets.verify(FREEZE)).toMatchObject({ reason: 'http_error', retryable: true });
    expect(await targets.poke(FREEZE)).toMatchObject({ status: 'partial', reason: 'ok' });
    await setRangeFault(practice.home, 'agent', { fault: 'none' });
    expect(await targets.verify(FREEZE)).toMatchObject({ status: 'contained' });
  });

  it('says a refusal at once and does not call it retryable', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'refuse' });
    for (const outcome of [await targets.apply(FREEZE), await targets.release(THAW)]) {
      expect(outcome).toMatchObject({ status: 'failed', reason: 'refused', retryable: false });
    }
    expect(await targets.snapshot('agent', 2_000)).toMatchObject({ gap: 'refused' });
  });
});

describe('when the policy is reloaded', () => {
  it('goes where the running policy says', async () => {
    await targets.apply(FREEZE);
    const moved = shippedTargets();
    moved.targets['agent'] = { unix: 'run/elsewhere.sock', status: '/' };
    policy = moved;
    expect(await targets.verify(FREEZE)).toMatchObject({ reason: 'unreachable' });
    policy = shippedTargets();
    expect(await targets.verify(FREEZE)).toMatchObject({ status: 'contained' });
  });

  it.each([
    requestFor('freeze_agent', { target: 'nobody' }),
    requestFor('unheard_of'),
    requestFor('log_alert'),
    requestFor('__proto__'),
  ])('refuses what the policy sends nowhere: $action@$target', async (request) => {
    for (const act of [targets.apply, targets.poke, targets.verify, targets.release]) {
      const outcome = await act(request);
      expect(outcome).toMatchObject({ status: 'failed', reason: 'unknown_target' });
    }
    expect(await targets.snapshot('nobody', 1_000)).toMatchObject({ gap: 'unknown_target' });
  });
});

describe('when the range is restarted', () => {
  it('remembers what is held and does no effect twice', async () => {
    await targets.apply(FREEZE);
    await practice.restart();
    expect(await isFrozen()).toBe(true);
    expect(await targets.apply(FREEZE)).toMatchObject({ status: 'contained' });
    expect(await rangeEffects(practice.home, 'agent', FREEZE.idempotency_key)).toEqual([
      { path: '/api/v1/freeze', key: FREEZE.idempotency_key, effects: 1, calls: 2 },
    ]);
  });
});
