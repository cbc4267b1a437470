import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/domain/policy.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { POLICY_FILES } from '../../src/intake/policy-source.ts';
import { simulate, type PastReport } from '../../src/intake/simulate.ts';
import { writePolicy, type PolicyChanges } from '../support/policy-directory.ts';
import { scratch } from '../cli/surroundings.ts';

const policyWith = async (changes: PolicyChanges) =>
  loadPolicy({ containmentPath: await writePolicy(scratch(), changes) });

let current: Policy;
beforeAll(async () => {
  current = await loadPolicy({ containmentPath: join(SHIPPED_POLICY, POLICY_FILES.containment) });
});

const INJECTION: PastReport = {
  incident_id: 'INC-20260102-030405-0000002a',
  class: 'prompt_injection',
  severity: 'high',
  source: 'tool-firewall',
  subject: { host: 'host-3' },
};
const BURST: PastReport = { ...INJECTION, class: 'tool_call_burst', severity: 'medium' };

describe('a changed policy', () => {
  it('that changes nothing for them makes nothing different', async () => {
    const changed = await policyWith({ recovery: { capture: { deadline: '11s' } } });
    expect(simulate([INJECTION, BURST], { current, changed })).toEqual([]);
  });

  it('says which actions it would have added and left out, of the class that it changes alone', async () => {
    const rules = { prompt_injection: { actions: ['freeze_agent', 'disable_airlock'] } };
    const changed = await policyWith({ containment: { rules } });
    expect(simulate([BURST, INJECTION], { current, changed })).toMatchObject([
      {
        class: 'prompt_injection',
        changes: expect.arrayContaining([
          { what: 'actions', added: ['disable_airlock'], removed: ['log_alert'] },
          { what: 'captures', added: ['airlock'], removed: [] },
        ]),
      },
    ]);
  });

  it('gives another severity to what had the default one, and leaves what was said', async () => {
    const rules = { prompt_injection: { default_severity: 'critical' } };
    const changed = await policyWith({ containment: { rules } });
    const said: PastReport = { ...INJECTION, severity: 'low' };
    const [one, ...others] = simulate([INJECTION, said], { current, changed });
    expect(others).toEqual([]);
    expect(one?.changes).toContainEqual({
      what: 'severity',
      added: ['critical'],
      removed: ['high'],
    });
    expect(one?.changes).toContainEqual({
      what: 'requirements',
      added: ['an acknowledgement', 'a re-attestation', 'a review'],
      removed: [],
    });
  });

  it('says that a report would have been refused whose class has no rule any more', async () => {
    const { tool_call_burst: _, ...rules } = current.containment.rules;
    const changed = { ...current, containment: { ...current.containment, rules } };
    const [one] = simulate([BURST], { current, changed });
    expect(one?.changes).toContainEqual({
      what: 'report',
      added: ['refused'],
      removed: ['taken in'],
    });
    expect(one?.changes).toContainEqual({ what: 'actions', added: [], removed: ['freeze_agent'] });
    const [back] = simulate([BURST], { current: changed, changed: current });
    expect(back?.changes).toContainEqual({ what: 'actions', added: ['freeze_agent'], removed: [] });
  });

  it('says which tasks, steps and checks of a playbook would have been there', async () => {
    const playbook: Policy['playbooks'][string] = {
      ...{ digest: 'a'.repeat(64), version: 1, playbook: 'bursts', title: 'A burst' },
      ...{ serves: ['tool_call_burst'], level: 'P2', symptoms: [], expected: [], capture: [] },
      steps: [
        {
          ...{ step: 'lock', action: 'force_vault_relock', after: [] },
          approval: { roles: ['operator'], persons: 2, within: 60_000, on_demand: false },
        },
      ],
      branches: {},
      tasks: [
        {
          ...{ task: 'look', phase: 'analyze', title: 'Look', role: 'operator', due: 60_000 },
          ...{ required: true, result: {}, evidence: 0, after: [] },
        },
      ],
      checks: [{ check: 'vault_locked' }],
      resolve: { persons: 2, within: 60_000 },
      watch: 60_000,
      clocks: { analyze: 60_000 },
      review: { signed: true, asks: [] },
    };
    const changed = { ...current, playbooks: { bursts: playbook } };
    const [one, ...others] = simulate([BURST], { current: { ...current, playbooks: {} }, changed });
    expect(others).toEqual([]);
    const added = Object.fromEntries(
      one?.changes.map(({ what, added: list }) => [what, list]) ?? [],
    );
    expect(added).toEqual({
      playbook: ['bursts'],
      level: ['P2'],
      steps: ['lock: force_vault_relock approved by 2'],
      tasks: ['look'],
      checks: ['vault_locked'],
      clocks: ['analyze 60 s'],
      resolution: ['by 2', 'review signed', 'watched 60 s'],
    });
  });
});
