import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRuntime, type PracticeRuntime } from './runtime.ts';

let runtime: PracticeRuntime;
beforeEach(async () => {
  runtime = await startRuntime();
  await runtime.install('weather');
});
afterEach(() => runtime.stop());

const subject = { extension: 'weather' };
const entry = async (artifact: string) => (await runtime.entries(artifact)).at(-1);

describe('a call', () => {
  it('is served, and stands in the ledger and in the telemetry', async () => {
    expect(await runtime.call('weather', 'ui')).toMatchObject({
      status: 200,
      body: { decision: 'allow' },
    });
    const told = { extension_id: 'weather', capability: 'ui', method: 'do', risk_score: 0.1 };
    expect(await entry('risk_ledger')).toMatchObject({ ...told, selected_action: 'allow' });
    expect(await entry('hostcall_telemetry')).toMatchObject({ ...told, outcome: 'allowed' });
  });

  it('is refused to what nobody has installed, and is in the ledger all the same', async () => {
    const refused = { status: 403, body: { decision: 'deny', by: 'not_installed' } };
    expect(await runtime.call('stranger', 'ui')).toMatchObject(refused);
    expect(await entry('risk_ledger')).toMatchObject({ extension_id: 'stranger' });
    expect((await runtime.get('/api/v1/status'))['installed']).toEqual(['weather']);
  });

  it.each<[string, string, string, (r: PracticeRuntime) => Promise<unknown>]>([
    [
      'its kill switch',
      'kill_switch',
      'kill_switch',
      (r) => r.post('/api/v1/kill-switch', { subject }),
    ],
    ['the switch of all', 'kill_switch', 'kill_all', (r) => r.post('/api/v1/kill-all')],
    ['quarantine', 'trust_state', 'quarantined', (r) => r.post('/api/v1/quarantine', { subject })],
  ])('is refused by %s, without an alarm of its own', async (_what, by, reason, contain) => {
    await contain(runtime);
    const before = (await runtime.entries('security_alerts')).length;
    expect(await runtime.call('weather', 'ui')).toMatchObject({
      status: 403,
      body: { by, reason },
    });
    expect(await entry('risk_ledger')).toMatchObject({
      selected_action: 'terminate',
      reason_codes: [reason],
    });
    expect(await runtime.entries('security_alerts')).toHaveLength(before);
  });

  it('is refused by policy, with an alert as the runtime writes them', async () => {
    expect(await runtime.call('weather', 'exec', { command: 'ls' })).toMatchObject({
      body: { by: 'policy' },
    });
    expect(await entry('security_alerts')).toMatchObject({
      schema: 'pi.ext.security_alert.v1',
      category: 'policy_denial',
      severity: 'error',
      action: 'deny',
      reason_codes: ['deny_caps'],
    });
  });

  it('for a secret is answered without it, and nothing but a hash of its name is kept', async () => {
    const { body } = await runtime.call('weather', 'env', { name: 'OPENAI_API_KEY' });
    expect(body['value']).toBe('[redacted]');
    expect(await entry('secret_broker')).toMatchObject({ decision: 'redact' });
    for (const artifact of [
      'secret_broker',
      'risk_ledger',
      'hostcall_telemetry',
      'security_alerts',
    ]) {
      expect(JSON.stringify(await runtime.entries(artifact))).not.toContain('OPENAI');
    }
  });

  it('for any other variable is answered', async () => {
    const { body } = await runtime.call('weather', 'env', { name: 'LANG' });
    expect(body['value']).toMatch(/^practice-/);
    expect(await entry('secret_broker')).toMatchObject({ decision: 'pass' });
  });

  it('beyond a quota is a breach with what was allowed and what was asked for', async () => {
    await runtime.install('greedy', { quota: { max_memory_mb: 64, max_hostcalls_per_minute: 2 } });
    const much = await runtime.call('greedy', 'ui', { memory_mb: 65 });
    expect(much.body).toMatchObject({ by: 'quota', reason: 'max_memory_mb' });
    await runtime.call('greedy', 'ui');
    expect((await runtime.call('greedy', 'ui')).body).toMatchObject({
      reason: 'max_hostcalls_per_minute',
    });
    expect(await runtime.entries('quota_breaches')).toMatchObject([
      { resource: 'max_memory_mb', limit: 64, actual: 65, quota_config_source: 'per_extension' },
      { resource: 'max_hostcalls_per_minute', limit: 2, actual: 3 },
    ]);
    runtime.clock.ms += 60_000;
    expect((await runtime.call('greedy', 'ui')).status).toBe(200);
  });

  it('to run what destroys is refused, whatever the policy allows', async () => {
    await runtime.post('/range/policy', {
      ...{ revision: 'w-8', profile: 'permissive', allow_dangerous: true, deny_caps: ['exec'] },
    });
    expect((await runtime.call('weather', 'exec', { command: 'ls' })).status).toBe(200);
    const { body } = await runtime.call('weather', 'exec', { command: 'rm -rf /' });
    expect(body).toMatchObject({ by: 'exec_mediation', reason: 'recursive_delete' });
    const logged = await entry('exec_mediation');
    expect(logged).toMatchObject({ classification: 'recursive_delete', decision: 'deny' });
    expect(JSON.stringify(logged)).not.toContain('rm -rf');
  });

  it.each([[{}], [{ extension_id: '', capability: 'ui', method: 'do' }]])(
    'that is none, %j, is not recorded',
    async (body) => {
      expect((await runtime.post('/api/v1/calls', body)).status).toBe(400);
      expect(await runtime.entries('risk_ledger')).toEqual([]);
    },
  );
});

describe('the risk controller', () => {
  const unsafe = () => runtime.call('weather', 'exec', { command: 'ls' });
  const state = () => runtime.get('/api/v1/extensions/status?extension=weather');

  it('ends an extension after three unsafe calls in a row, and says each step', async () => {
    for (let call = 0; call < 3; call += 1) await unsafe();
    expect(await state()).toMatchObject({
      enforcement_state: 'terminate',
      trust_state: 'quarantined',
      consecutive_unsafe: 3,
    });
    const steps = (await runtime.entries('security_alerts'))
      .filter(({ category }) => category === 'profile_transition' || category === 'quarantine')
      .map(({ action }) => action);
    expect(steps).toEqual(['harden', 'deny', 'terminate', 'terminate']);
    expect(await entry('risk_ledger')).toMatchObject({
      selected_action: 'terminate',
      consecutive_unsafe: 3,
    });
    expect((await runtime.call('weather', 'ui')).body['by']).toBe('trust_state');
  });

  it('watches less closely again after enough safe calls', async () => {
    await unsafe();
    expect(await state()).toMatchObject({ enforcement_state: 'harden' });
    for (let call = 0; call < 5; call += 1) await runtime.call('weather', 'ui');
    expect(await state()).toMatchObject({ enforcement_state: 'allow' });
  });

  it('carries nothing out while it is rolled out as a shadow', async () => {
    await runtime.post('/api/v1/rollout/phase', { phase: 'shadow' });
    for (let call = 0; call < 3; call += 1) await unsafe();
    expect(await state()).toMatchObject({ trust_state: 'probation' });
    expect((await runtime.call('weather', 'ui')).status).toBe(200);
  });

  it('scores nothing once it is reset, and the ledger goes on', async () => {
    await unsafe();
    await runtime.post('/api/v1/risk-controller/reset');
    await unsafe();
    expect(await runtime.entries('risk_ledger')).toMatchObject([
      { risk_score: 0.9 },
      { risk_score: 0 },
    ]);
  });
});
