import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planFor } from '../../src/domain/plan-for.ts';
import { planSchema } from '../../src/domain/plan.ts';
import { loadPolicy } from '../../src/intake/policy-files.ts';
import { writePolicy } from '../support/policy-directory.ts';
import { scratch } from '../cli/surroundings.ts';

const STALE_CACHE = `version: 1
playbook: stale_cache
title: A cache serves what is not so any more
serves: [stale_cache]
level: P1
rule: { default_severity: high, latched: true, reattest: never, by_severity: false }
capture: [registry]
steps:
  - { step: freeze, action: freeze_agent }
  - { step: lock, action: force_vault_relock, after: [freeze], branch: leaked }
  - { step: tell, action: notify_downstream, each: consumers, approval: { persons: 2, within: 30m } }
branches:
  leaked: { task: look, field: leaked, is: ['yes'] }
tasks:
  - task: look
    phase: analyze
    title: Did anybody read it?
    role: forensic
    due: 2h
    result: { leaked: { type: choice, of: ['yes', 'no'] } }
    evidence: 1
checks: [{ check: vault_locked, branch: leaked }]
resolve: { persons: 2 }
watch: 24h
clocks: { respond: 4h }
`;

it('one more kind of incident is one more file, and nothing else', async () => {
  const directory = scratch();
  const containmentPath = await writePolicy(directory, {});
  const report = { class: 'stale_cache', subject: { agent: 'agent-1' } };
  const before = await loadPolicy({ containmentPath });
  expect(() => planFor(before, report)).toThrow(/no rule for class stale_cache/);

  await mkdir(join(directory, 'playbooks'), { recursive: true });
  await writeFile(join(directory, 'playbooks', 'stale-cache.yaml'), STALE_CACHE);
  const plan = planFor(await loadPolicy({ containmentPath }), report);

  expect(planSchema.parse(plan)).toEqual(plan);
  expect(plan).toMatchObject({
    ...{ severity: 'high', auto_contain: true, latched: true, require_ack: true, review: true },
    actions: [{ action: 'freeze_agent', resource: 'freeze_agent@agent#*/agent-1' }],
    capture: { targets: ['agent', 'registry'] },
  });
  expect(plan.playbook).toMatchObject({
    ...{ playbook: 'stale_cache', level: 'P1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    steps: [
      { step: 'lock', after: ['freeze_agent'], branch: 'leaked', approval: null },
      { step: 'tell', each: 'consumers', approval: { persons: 2, within_ms: 1_800_000 } },
    ],
    tasks: [{ task: 'look', role: 'forensic', due_ms: 7_200_000, evidence: 1 }],
    checks: [{ check: 'vault_locked', branch: 'leaked' }],
    resolve: { persons: 2 },
    watch_ms: 86_400_000,
  });
});
