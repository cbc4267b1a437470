import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { rangeEffects, setRangeFault } from '../../../src/range/client.ts';
import { startRuntime, type PracticeRuntime } from '../../range/extension-runtime/runtime.ts';
import { requestFor, shippedTargets } from '../../range/practice.ts';

const ACTIONS = [
  'kill_extension',
  'kill_all_extensions',
  'quarantine_extension',
  'rollback_policy',
  'reset_risk_controller',
  'set_rollout_phase',
];
const KILL = requestFor('kill_extension');
const KILL_ALL = requestFor('kill_all_extensions');
const QUARANTINE = requestFor('quarantine_extension');

let runtime: PracticeRuntime;
let targets: ReturnType<typeof createTargets>;
beforeEach(async () => {
  runtime = await startRuntime();
  for (const extension of ['weather-tools', 'maps']) await runtime.install(extension);
  const policy = shippedTargets();
  targets = createTargets({ policy: () => policy, home: runtime.home, now: Date.now });
});
afterEach(async () => {
  await runtime.stop();
  await targets.close();
});

const isServed = async (extension: string) => (await runtime.call(extension, 'ui')).status === 200;

describe('when the runtime is well', () => {
  it.each(ACTIONS)('contains by %s once, and says so only after reading', async (action) => {
    const request = requestFor(action);
    expect(await targets.verify(request)).toMatchObject({
      status: expect.not.stringMatching('contained'),
    });
    expect(await targets.apply(request)).toMatchObject({ status: 'contained', reason: 'ok' });
    expect(await targets.apply(request)).toMatchObject({ status: 'contained' });
    const [effect] = await rangeEffects(runtime.home, 'extensions', request.idempotency_key);
    expect(effect).toMatchObject({ effects: 1, calls: 2 });
  });

  it.each([KILL, QUARANTINE])(
    'stops one extension by $action, and gives it back',
    async (request) => {
      await targets.apply(request);
      expect([await isServed('weather-tools'), await isServed('maps')]).toEqual([false, true]);
      const release = { ...request, idempotency_key: 'release' };
      expect(await targets.release(release)).toMatchObject({ status: 'released', reason: 'ok' });
      expect(await isServed('weather-tools')).toBe(true);
    },
  );

  it('stops every extension, and leaves starting them again to people', async () => {
    const outcome = await targets.apply(KILL_ALL);
    expect(outcome).toMatchObject({ status: 'contained' });
    expect(outcome.detail).toContain('2 probes: by is kill_switch');
    expect([await isServed('weather-tools'), await isServed('maps')]).toEqual([false, false]);
    expect(await targets.release(KILL_ALL)).toMatchObject({ status: 'failed', reason: 'refused' });
  });

  it('kills what is not installed yet', async () => {
    const subject = { extension: 'later' };
    expect(await targets.apply({ ...KILL, subject })).toMatchObject({ status: 'contained' });
    await runtime.install('later');
    expect(await isServed('later')).toBe(false);
  });

  it.each(['kill_extension', 'quarantine_extension'])(
    'stops nothing by %s of nobody',
    async (action) => {
      const outcome = await targets.apply(requestFor(action, { subject: { host: 'web-1' } }));
      expect(outcome).toMatchObject({ status: 'failed', reason: 'http_error', retryable: false });
      expect(await isServed('weather-tools')).toBe(true);
    },
  );

  it('goes back to the pinned policy and not to whatever was before', async () => {
    await targets.apply(requestFor('rollback_policy'));
    expect(await runtime.get('/api/v1/status')).toMatchObject({ policy: { revision: 'safe-1' } });
  });
});

describe('when the runtime does not do what it says', () => {
  it('is not killed by a switch that it does not heed: a call of the extension is served', async () => {
    await targets.apply(QUARANTINE);
    await runtime.post('/range/escape', { extension_id: 'weather-tools' });
    const outcome = await targets.verify(QUARANTINE);
    expect(outcome).toMatchObject({ status: 'partial', reason: 'no_effect', retryable: true });
    expect(outcome.detail).toContain('a probe of extensions/api/v1/calls was served');
    const anew = { ...QUARANTINE, idempotency_key: 'again' };
    expect(await targets.apply(anew)).toMatchObject({ status: 'contained' });
  });

  it('asks for no work where the state is not as expected already', async () => {
    await targets.verify(KILL);
    await targets.verify(KILL_ALL);
    expect(await runtime.entries('hostcall_telemetry')).toEqual([]);
  });

  it('is not contained by a lie', async () => {
    await setRangeFault(runtime.home, 'extensions', { fault: 'lying' });
    expect(await targets.apply(KILL)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    await setRangeFault(runtime.home, 'extensions', { fault: 'none' });
    expect(await targets.apply(KILL)).toMatchObject({ status: 'contained' });
  });

  it('is contained where it did as it was told and said that it failed', async () => {
    await setRangeFault(runtime.home, 'extensions', { fault: 'error_after_effect' });
    expect(await targets.apply(KILL)).toMatchObject({ status: 'contained' });
  });
});
