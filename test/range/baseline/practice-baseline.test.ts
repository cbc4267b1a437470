import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createBaselineChecks } from '../../../src/adapters/baseline/baseline-checks.ts';
import { baselinePolicySchema } from '../../../src/domain/baseline-policy.ts';
import { inventorySchema } from '../../../src/domain/inventory.ts';
import { layPracticeBaseline } from '../../../src/range/baseline/practice-baseline.ts';
import { shippedTargets, startPractice, type Practice } from '../practice.ts';

const shipped = (name: string): unknown =>
  parse(readFileSync(new URL(`../../../policy/${name}`, import.meta.url), 'utf8'));

let practice: Practice;
let said: string[];
beforeEach(async () => {
  [practice, said] = [await startPractice(), []];
  await lay();
});
afterEach(() => practice.stop());

const lay = () => layPracticeBaseline(practice.home, (message) => said.push(message));
const at = (path: string) => join(practice.home, 'range/baseline', path);

/** The verdicts of the checks that ship with Cordon, about the agent whose secrets nobody has rotated. */
async function verdicts(names: readonly string[], agent = 'agent-1') {
  const inventory = inventorySchema.parse(shipped('inventory.yaml'));
  const baseline = baselinePolicySchema.parse(shipped('baseline.yaml'));
  const checks = createBaselineChecks({
    policy: () => ({ baseline, targets: shippedTargets() }),
    inventory: { read: async () => inventory },
    ...{ home: practice.home, now: Date.now },
  });
  const about = {
    incident_id: 'INC-20990101-000000-0000abcd',
    ...{ class: 'compromised_agent', subject: { agent }, contained_at: '' },
  };
  const results = await checks.run(names, about);
  await checks.close();
  return Object.fromEntries(results.map(({ check, verdict }) => [check, verdict]));
}

const GIT = ['opa_policies', 'kyverno_policies', 'orchestrator_config'];
const SPIRE = ['spire_configuration', 'spire_entries_tagged', 'shared_state'];

describe('the practice range as it was first started', () => {
  it('is as it should be, but for secrets that an incident reached', async () => {
    expect(await verdicts(['agent_images', ...GIT, ...SPIRE, 'secret_vaults'])).toEqual({
      agent_images: 'pass',
      opa_policies: 'pass',
      kyverno_policies: 'pass',
      orchestrator_config: 'pass',
      spire_configuration: 'pass',
      spire_entries_tagged: 'pass',
      shared_state: 'pass',
      secret_vaults: 'fail',
    });
    expect(await verdicts(['secret_vaults'], 'nobody')).toEqual({ secret_vaults: 'pass' });
    expect(said).toEqual([]);
  });

  it('stays as somebody changed it, also when it is started again', async () => {
    writeFileSync(at('repository/opa/agents.rego'), 'package agents\n\ndefault allow := true\n');
    rmSync(at('images/cosign.pub'));
    await lay();
    expect(await verdicts(['agent_images', ...GIT])).toEqual({
      agent_images: 'unknown',
      opa_policies: 'fail',
      kyverno_policies: 'pass',
      orchestrator_config: 'pass',
    });
  });

  it('has no repository where there is no git, and says so', async () => {
    rmSync(at('repository'), { recursive: true });
    const path = process.env['PATH'];
    process.env['PATH'] = practice.home;
    try {
      await lay();
    } finally {
      process.env['PATH'] = path;
    }
    expect(said).toEqual([expect.stringMatching(/^the practice range has no repository: /)]);
    expect(await verdicts(GIT)).toEqual({
      opa_policies: 'unknown',
      kyverno_policies: 'unknown',
      orchestrator_config: 'unknown',
    });
    await lay();
    expect(await verdicts(['opa_policies'])).toEqual({ opa_policies: 'pass' });
  });
});
