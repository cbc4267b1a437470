import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBaselineChecks } from '../../../src/adapters/baseline/baseline-checks.ts';
import { baselinePolicySchema } from '../../../src/domain/baseline-policy.ts';
import type { Inventory } from '../../../src/domain/inventory.ts';
import { setRangeFault } from '../../../src/range/client.ts';
import { shippedTargets, startPractice, type Practice } from '../../range/practice.ts';
import { vaultDesk } from '../../range/secrets/vault-desk.ts';
import { aboutOf } from './state.ts';

const FIRST = '2026-03-14T10:00:00.000Z';

let practice: Practice;
let clock: number;
let inventory: { read: () => Promise<Inventory> } | undefined;
beforeEach(async () => {
  clock = Date.parse(FIRST);
  inventory = { read: async () => ONE_AGENT };
  practice = await startPractice(() => clock);
});
afterEach(() => practice.stop());

const AGENT = { secrets: ['practice/agent-1-api'], state: [], egress: [], consumers: [] };
const ONE_AGENT: Inventory = {
  version: 1,
  agents: { 'agent-1': AGENT },
  operators: {},
  vaults: {},
  own_networks: [],
};

async function find(vaults: object, about = aboutOf({ subject: { agent: 'agent-1' } })) {
  const check = { title: 'It', kind: 'secret_inventory', system: 'secrets', vaults };
  const baseline = baselinePolicySchema.parse({ version: 1, checks: { it: check } });
  const checks = createBaselineChecks({
    policy: () => ({ baseline, targets: shippedTargets() }),
    ...{ home: practice.home, now: () => clock },
    ...(inventory && { inventory }),
  });
  try {
    const [result] = await checks.run(['it'], about);
    return `${result?.verdict}: ${result?.detail}`;
  } finally {
    await checks.close();
  }
}

/** As if somebody rotated it, an hour after the incident of these tests was reported. */
async function change(title: string): Promise<void> {
  clock = Date.parse('2026-03-14T12:00:00.000Z');
  const desk = vaultDesk(practice.home);
  const body = [{ op: 'replace', path: '/fields/credential/value', value: 'new' }];
  await desk.ask('onepassword', await desk.pathOf(title), { method: 'PATCH', body });
}

const WHOLE = { secrets: 7 };
const SINCE = { secrets: 7, rotated_since: 'incident' };

describe('the secrets in a vault', () => {
  it('pass when there are as many as there should be', async () => {
    expect(await find({ practice: WHOLE })).toBe(
      'pass: 7 secrets in practice, as many as there should be, none too old',
    );
  });

  it('fail when there are more or fewer', async () => {
    expect(await find({ practice: { secrets: 8 } })).toBe('fail: practice has 7 secrets and not 8');
  });

  it('fail while one is older than it may be', async () => {
    const rotated_since = '2026-03-14T09:00:00.000Z';
    expect(await find({ practice: { ...WHOLE, rotated_since } })).toMatch(/^pass/);
    expect(await find({ practice: { ...WHOLE, rotated_since: '2026-03-14T10:00:00.001Z' } })).toBe(
      'fail: practice: agent-1-api, model-gateway, agent-2-api, agent-3-api, agent-4-api and 2 more' +
        ' not rotated since 2026-03-14T10:00:00.001Z',
    );
  });

  it('fail until those that the subject reached are rotated, and no others', async () => {
    const old = 'fail: practice: agent-1-api not rotated since 2026-03-14T11:00:00.000Z';
    expect(await find({ practice: SINCE })).toBe(old);
    await change('agent-2-api');
    expect(await find({ practice: SINCE })).toBe(old);
    await change('agent-1-api');
    expect(await find({ practice: SINCE })).toMatch(/^pass/);
  });

  it('need not be rotated for an incident where there is none', async () => {
    expect(await find({ practice: SINCE }, aboutOf({ incident_id: '' }))).toMatch(/^pass/);
  });

  it('must all be rotated where no inventory tells what was reached', async () => {
    inventory = undefined;
    await change('agent-1-api');
    expect(await find({ practice: SINCE })).toMatch(
      /^fail: practice: model-gateway, .* not rotated/,
    );
  });
});

describe('what cannot be compared is not known', () => {
  it('a vault that is not there', async () => {
    expect(await find({ elsewhere: WHOLE })).toBe('unknown: there is no vault elsewhere');
  });

  it('a server that is not there', async () => {
    await setRangeFault(practice.home, 'onepassword', { fault: 'down' });
    expect(await find({ practice: WHOLE })).toMatch(/^unknown: finding the vault failed/);
  });

  it('since an incident that does not tell when it was reported', async () => {
    expect(await find({ practice: SINCE }, aboutOf({ incident_id: 'INC-1' }))).toBe(
      'unknown: it is not known when the incident was reported',
    );
  });

  it('what was reached, when the inventory cannot be read', async () => {
    inventory = { read: () => Promise.reject(new Error('the inventory is away')) };
    expect(await find({ practice: SINCE })).toBe('unknown: the inventory is away');
  });
});
