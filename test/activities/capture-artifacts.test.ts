import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../../activities/capture.ts';
import { callRange, setRangeFault } from '../../src/range/client.ts';
import { world, type World } from './world.ts';

const ARTIFACTS = [
  'risk_ledger',
  'hostcall_telemetry',
  'security_alerts',
  'exec_mediation',
  'secret_broker',
  'quota_breaches',
  'rollout_state',
  'trust_state',
].map((name) => `extensions/${name}`);

let on: World;
beforeAll(async () => {
  on = await world();
  for (const extension_id of ['weather', 'maps']) {
    await order('/range/install', { extension_id });
    const call = { extension_id, method: 'do', params: { command: 'ls' } };
    await order('/api/v1/calls', { ...call, capability: 'ui' });
    await order('/api/v1/calls', { ...call, capability: 'exec' });
  }
});
afterAll(() => on.stop());

const order = (path: string, body: object) => callRange(on.home, 'extensions', 'POST', path, body);

const captureOf = async (subject: object, targets = ['extensions', 'agent']) => {
  const { actions: _, ...facts } = await on.incident();
  return capture(on.deps, { ...facts, subject, targets, deadline_ms: 20_000, seal: true });
};
const kept = async ({ artifacts }: Awaited<ReturnType<typeof capture>>, name: string) => {
  const artifact = artifacts.find(({ collector }) => collector === name);
  return JSON.parse(new TextDecoder().decode(await on.deps.store.get(artifact?.sha256 ?? '')));
};
const extensionsIn = (entries: { extension_id: string }[]) => [
  ...new Set(entries.map(({ extension_id }) => extension_id)),
];

describe('the artifacts of a target', () => {
  it('are captured beside its status, each by itself', async () => {
    const captured = await captureOf({ extension: 'weather' });
    expect(captured.gaps).toEqual([]);
    const collectors = captured.artifacts.map(({ collector }) => collector);
    expect(collectors).toEqual(['status:extensions', 'status:agent', ...ARTIFACTS, 'report']);
    expect(captured.receipt).not.toBeNull();
  });

  it('are of the extension that the report names, but for the ledger, which is whole', async () => {
    const captured = await captureOf({ extension: 'weather' });
    const { entries } = await kept(captured, 'extensions/hostcall_telemetry');
    expect(extensionsIn(entries)).toEqual(['weather']);
    const { alerts } = await kept(captured, 'extensions/security_alerts');
    expect(extensionsIn(alerts)).toEqual(['weather']);
    const ledger = await kept(captured, 'extensions/risk_ledger');
    expect(extensionsIn(ledger.entries)).toEqual(['weather', 'maps']);
  });

  it('are of every extension where the report names none', async () => {
    const { entries } = await kept(await captureOf({}), 'extensions/hostcall_telemetry');
    expect(extensionsIn(entries)).toEqual(['weather', 'maps']);
  });

  it('are of the time of the incident, and an hour before it', async () => {
    const { actions: _, ...facts } = await on.incident();
    const incident = await on.deps.ledger.register.incident(facts.incident_id);
    on.clock.ms = Date.parse(incident?.occurred_at ?? '') - 61 * 60_000;
    await order('/api/v1/calls', { extension_id: 'maps', capability: 'log', method: 'early' });
    on.clock.ms += 2 * 60_000;
    await order('/api/v1/calls', { extension_id: 'maps', capability: 'log', method: 'in time' });
    on.clock.ms += 60 * 60_000;
    // The calls of the other tests are long after it.
    const request = { ...facts, targets: ['extensions'], deadline_ms: 20_000, seal: false };
    const { entries } = await kept(
      await capture(on.deps, request),
      'extensions/hostcall_telemetry',
    );
    expect(entries).toMatchObject([{ method: 'in time' }]);
  });

  it('are a gap each where they cannot be had', async () => {
    await setRangeFault(on.home, 'extensions', { fault: 'down' });
    const { artifacts, gaps } = await captureOf({ extension: 'weather' });
    expect(artifacts.map(({ collector }) => collector)).toEqual(['status:agent', 'report']);
    const missing = ['status:extensions', ...ARTIFACTS];
    expect(gaps.map(({ collector }) => collector)).toEqual(missing);
    expect(gaps.every(({ reason }) => reason.startsWith('unreachable: '))).toBe(true);
    await setRangeFault(on.home, 'extensions', { fault: 'none' });
  });
});
