import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON, startRuntime, type PracticeRuntime } from './runtime.ts';

let runtime: PracticeRuntime;
beforeEach(async () => {
  runtime = await startRuntime();
  await runtime.install('weather');
  await runtime.install('maps');
});
afterEach(() => runtime.stop());

const subject = { extension: 'weather' };
const statusOf = async (path: string, body?: object) => (await runtime.post(path, body)).status;
const weather = () => runtime.get('/api/v1/extensions/status?extension=weather');

describe('the runtime', () => {
  it('keeps everything across a restart', async () => {
    await runtime.call('weather', 'ui');
    await runtime.post('/api/v1/kill-switch', { subject });
    const before = await runtime.get('/api/v1/status');
    await runtime.restart();
    expect(await runtime.get('/api/v1/status')).toEqual(before);
    expect(await weather()).toMatchObject({ kill_switch: true });
  });

  it('audits its kill switches: who asked, for which incident, and when it was lifted', async () => {
    const why = { reason: 'it probes', incident_id: 'INC-1' };
    await runtime.post('/api/v1/kill-switch', { subject, ...why });
    runtime.clock.ms += 1_000;
    await runtime.post('/api/v1/kill-switch/lift', { subject, reason: 'it was a test' });
    const { kill_switch_audit } = await runtime.get('/api/v1/artifacts/trust_state');
    expect(kill_switch_audit).toEqual([
      { ts_ms: NOON, extension_id: 'weather', active: true, lifted: false, ...why },
      {
        ts_ms: NOON + 1_000,
        extension_id: 'weather',
        active: false,
        lifted: true,
        reason: 'it was a test',
        incident_id: '',
      },
    ]);
  });

  it.each(['kill-switch', 'kill-switch/lift', 'quarantine', 'unquarantine'])(
    'refuses %s of nobody, so that it can be asked for again',
    async (effect) => {
      for (const nobody of [{}, { extension: '*' }]) {
        expect(await statusOf(`/api/v1/${effect}`, { subject: nobody })).toBe(422);
      }
    },
  );

  it('keeps in quarantine what was put there before it was installed', async () => {
    await runtime.post('/api/v1/quarantine', { subject: { extension: 'later' } });
    await runtime.install('later', { trust_state: 'trusted' });
    expect((await runtime.call('later', 'ui')).body['by']).toBe('trust_state');
  });

  it('gives no trust back with the end of quarantine', async () => {
    await runtime.post('/range/trust', { extension_id: 'weather', trust_state: 'trusted' });
    await runtime.post('/api/v1/quarantine', { subject, reason: 'why' });
    await runtime.post('/api/v1/unquarantine', { subject });
    expect(await weather()).toMatchObject({
      trust_state: 'probation',
      enforcement_state: 'harden',
    });
    const { transitions } = await runtime.get('/api/v1/artifacts/trust_state?extension_id=weather');
    expect(transitions).toMatchObject([
      { from: 'unknown', to: 'probation' },
      { from: 'probation', to: 'trusted' },
      { from: 'trusted', to: 'quarantined', reason: 'why' },
      { from: 'quarantined', to: 'probation' },
    ]);
  });

  it('goes back to no policy that is not pinned', async () => {
    const roll = (revision: string) => statusOf('/api/v1/policy/rollback', { revision });
    expect(await roll('work-6')).toBe(422);
    expect(await roll('safe-1')).toBe(200);
    expect(await runtime.get('/api/v1/status')).toMatchObject({
      policy: { revision: 'safe-1', profile: 'safe', pinned: ['safe-1'] },
    });
  });

  it('remembers the phase it was rolled back from until it is there again', async () => {
    const rollout = async () => (await runtime.get('/api/v1/status'))['rollout'];
    await runtime.post('/api/v1/rollout/phase', { phase: 'shadow' });
    expect(await rollout()).toMatchObject({ enforce: false, rolled_back_from: 'enforce_all' });
    for (const phase of ['log_only', 'enforce_new']) {
      await runtime.post('/api/v1/rollout/advance');
      expect(await rollout()).toMatchObject({ phase, rolled_back_from: 'enforce_all' });
    }
    await runtime.post('/api/v1/rollout/advance');
    expect(await rollout()).toMatchObject({ phase: 'enforce_all', rolled_back_from: null });
    expect(await statusOf('/api/v1/rollout/phase', { phase: 'full' })).toBe(422);
  });

  it.each([
    ['max_false_positive_rate', { false_positive_count: 6 }],
    ['max_error_rate', { error_count: 3 }],
    ['max_latency_ms', { avg_latency_ms: 51 }],
  ])('rolls itself back for %s', async (trigger, over) => {
    const well = {
      ...{ total_decisions: 100, false_positive_count: 5, error_count: 2, avg_latency_ms: 50 },
    };
    await runtime.post('/range/window-stats', well);
    expect(await runtime.get('/api/v1/status')).toMatchObject({
      rollout: { phase: 'enforce_all' },
    });
    await runtime.post('/range/window-stats', { ...well, ...over });
    expect(await runtime.get('/api/v1/artifacts/rollout_state')).toMatchObject({
      phase: 'shadow',
      rolled_back_from: 'enforce_all',
      window_stats: over,
    });
    expect((await runtime.entries('security_alerts')).at(-1)).toMatchObject({
      category: 'rollback',
      reason_codes: [trigger],
    });
  });

  it('serves what has escaped from quarantine, and says so', async () => {
    expect(await statusOf('/range/escape', { extension_id: 'weather' })).toBe(409);
    await runtime.post('/api/v1/quarantine', { subject });
    await runtime.post('/range/escape', { extension_id: 'weather' });
    expect((await runtime.call('weather', 'ui')).status).toBe(200);
    expect(await weather()).toMatchObject({ trust_state: 'quarantined' });
    expect((await runtime.entries('security_alerts')).at(-1)).toMatchObject({
      category: 'quarantine_escape',
      severity: 'critical',
    });
    await runtime.post('/api/v1/quarantine', { subject });
    expect((await runtime.call('weather', 'ui')).status).toBe(403);
  });

  it('installs no more than its status can name', async () => {
    const codes = [];
    for (let n = 0; n < 63; n += 1) {
      codes.push(await statusOf('/range/install', { extension_id: `e-${n}` }));
    }
    expect(codes.indexOf(409)).toBe(62);
    expect(await statusOf('/range/install', { extension_id: 'weather' })).toBe(200);
  });
});

describe('what it hands out as evidence', () => {
  beforeEach(async () => {
    for (const extension of ['weather', 'maps']) {
      await runtime.call(extension, 'env', { name: 'LANG' });
      await runtime.call(extension, 'exec', { command: 'ls' });
      await runtime.call(extension, 'ui', { memory_mb: 300 });
      runtime.clock.ms += 60_000;
    }
  });

  it.each([
    'hostcall_telemetry',
    'security_alerts',
    'exec_mediation',
    'secret_broker',
    'quota_breaches',
  ])('%s can be had of one extension, and of a time', async (artifact) => {
    const whose = async (query: string) => [
      ...new Set((await runtime.entries(artifact, query)).map((of) => of['extension_id'])),
    ];
    expect(await whose('')).toEqual(['weather', 'maps']);
    expect(await whose('?extension_id=maps')).toEqual(['maps']);
    expect(await whose(`?end_ms=${NOON}`)).toEqual(['weather']);
    expect(await whose(`?start_ms=${NOON + 1}`)).toEqual(['maps']);
  });

  it('risk_ledger is whole, whatever is asked', async () => {
    expect(await runtime.entries('risk_ledger', '?extension_id=maps')).toHaveLength(6);
  });

  it('risk_ledger begins anew when people say so', async () => {
    await runtime.post('/api/v1/ledger/renew');
    await runtime.call('maps', 'ui');
    expect(await runtime.entries('risk_ledger')).toMatchObject([
      { sequence_id: 1, prev_ledger_hash: null },
    ]);
  });
});
