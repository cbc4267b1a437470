import { describe, expect, it } from 'vitest';
import { loadPolicy, SHIPPED_POLICY } from '../src/intake/policy-files.ts';
import { selfReporter } from '../src/self-report.ts';
import { freshLedger, SQLITE } from './support/ledgers.ts';
import { join } from 'node:path';

const FOUND = {
  key: 'a'.repeat(64),
  description: 'Evidence abc is lost: missing. no evidence abc',
  evidence: { of: 'evidence', reason: 'missing', at: 'abc' },
};

async function reporting(without: string[] = []) {
  const ledger = await freshLedger(SQLITE);
  const shipped = await loadPolicy({
    containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
  });
  const rules = Object.entries(shipped.containment.rules).filter(([name]) => {
    return !without.includes(name);
  });
  const containment = { ...shipped.containment, rules: Object.fromEntries(rules) };
  const policy = {
    current: () => ({ ...shipped, containment }),
    reload: () => Promise.reject(new TypeError('not in this test')),
    follow: () => Promise.reject(new TypeError('not in this test')),
  };
  const report = selfReporter(
    { ledger, policy, owner: 'test', now: () => 1_700_000_000_000 },
    'evidence_violation',
  );
  const incidents = async () => (await ledger.register.incidents({ limit: 10 })).incidents;
  return { ledger, report, incidents };
}

describe('what a sweep has found', () => {
  it('opens an incident of its own, critical and with the finding as its evidence', async () => {
    const { report, incidents } = await reporting();
    expect(await report(FOUND)).toBe(true);
    expect(await incidents()).toMatchObject([
      {
        class: 'evidence_violation',
        severity: 'critical',
        source: 'cordon',
        reported_by: 'cordon',
        auto_contain: false,
        evidence: FOUND.evidence,
      },
    ]);
  });

  it('opens one, however often it is found, and another for another finding', async () => {
    const { report, incidents } = await reporting();
    for (let run = 0; run < 3; run += 1) await report(FOUND);
    expect(await incidents()).toHaveLength(1);
    await report({ ...FOUND, key: 'b'.repeat(64) });
    expect(await incidents()).toHaveLength(2);
  });

  it('waits in the outbox for whichever server is there', async () => {
    const { ledger, report } = await reporting();
    await report(FOUND);
    expect(await ledger.outbox.backlog()).toMatchObject({ waiting: 1 });
  });

  it('opens none where the policy has no such class, and says so', async () => {
    const { report, incidents } = await reporting(['evidence_violation']);
    expect(await report(FOUND)).toBe(false);
    expect(await incidents()).toEqual([]);
  });
});
