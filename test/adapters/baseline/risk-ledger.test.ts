import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBaselineChecks } from '../../../src/adapters/baseline/baseline-checks.ts';
import { baselinePolicySchema } from '../../../src/domain/baseline-policy.ts';
import { callRange } from '../../../src/range/client.ts';
import { shippedTargets, startPractice, type Practice } from '../../range/practice.ts';
import { aboutOf } from './state.ts';

const LEDGER = '/api/v1/artifacts/risk_ledger';

let practice: Practice;
beforeEach(async () => {
  practice = await startPractice();
  const call = { extension_id: 'ext-1', capability: 'log', method: 'write' };
  for (let made = 0; made < 3; made += 1) {
    await callRange(practice.home, 'extensions', 'POST', '/api/v1/calls', call);
  }
});
afterEach(() => practice.stop());

async function find(path = LEDGER) {
  const whole = { title: 'It', kind: 'risk_ledger', target: 'extensions', path };
  const baseline = baselinePolicySchema.parse({ version: 1, checks: { it: whole } });
  const checks = createBaselineChecks({
    policy: () => ({ baseline, targets: shippedTargets() }),
    ...{ home: practice.home, now: Date.now },
  });
  const [result] = await checks.run(['it'], aboutOf());
  await checks.close();
  return `${result?.verdict}: ${result?.detail}`;
}

const meddle = (how: string) =>
  callRange(practice.home, 'extensions', 'POST', '/range/ledger', { how, index: 1 });

it('a ledger whose chain holds passes', async () => {
  expect(await find()).toMatch(/^pass: the ledger of extensions is intact/);
});

it.each([
  ['corrupt', 'corruption'],
  ['remove', 'tampering'],
])('one with which somebody has meddled fails: %s', async (how, verdict) => {
  expect((await meddle(how)).status).toBe(200);
  expect(await find()).toMatch(new RegExp(`^fail: the ledger of extensions shows ${verdict}`));
});

it('what is no ledger is not known', async () => {
  expect(await find('/api/v1/status')).toMatch(
    /^unknown: the ledger of extensions shows unreadable/,
  );
});
