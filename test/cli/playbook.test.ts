import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Roots } from '../../src/cli/roots.ts';
import { playbookStandings } from '../../src/intake/playbook-standing.ts';
import { readPolicy } from '../../src/intake/policy-files.ts';
import { writePolicy } from '../support/policy-directory.ts';
import { cordon, scratch } from './surroundings.ts';

/** A fifteenth kind of incident: one file, and nothing else. */
const STALE_CACHE = `version: 1
playbook: stale_cache
title: A cache serves what is not so any more
serves: [stale_cache]
level: P3
rule: { default_severity: high, reattest: never, by_severity: false }
steps:
  - { step: freeze, action: freeze_agent }
  - { step: lock, action: force_vault_relock, branch: leaked }
  - { step: cut_off, action: disable_airlock, approval: { persons: 2, within: 30m } }
branches:
  leaked: { task: look, field: leaked, is: ['yes'] }
tasks:
  - task: look
    phase: analyze
    title: Did anybody read it?
    due: 2h
    result: { leaked: { type: choice, of: ['yes', 'no'] } }
    evidence: 1
  - task: purge
    phase: remediate
    title: Purge it
    due: 4h
    after: [look]
checks: [{ check: vault_locked, branch: leaked }]
watch: 24h
`;

/** A policy directory with that playbook in it, and the root that reads it. */
async function withPlaybook(text = STALE_CACHE) {
  const directory = scratch();
  const containmentPath = await writePolicy(directory, {});
  const file = join(directory, 'playbooks', 'stale-cache.yaml');
  await mkdir(join(directory, 'playbooks'));
  await writeFile(file, text);
  const roots: Partial<Roots> = {
    playbooks: async () => playbookStandings(await readPolicy({ containmentPath })),
  };
  return { file, roots };
}

describe('cordon playbook list', () => {
  it('lists what is in force', async () => {
    const { roots, file } = await withPlaybook();
    const { code, out } = await cordon(['playbook', 'list'], { roots });
    expect(code).toBe(0);
    expect(out).toMatch(/^stale_cache +P3 +3 +2 +yes +A cache .* stale_cache$/m);
    const listed = JSON.parse((await cordon(['playbook', 'list', '--json'], { roots })).out);
    expect(listed).toContainEqual(
      expect.objectContaining({ playbook: 'stale_cache', in_force: true, problems: [], file }),
    );
  });
});

describe('cordon playbook show', () => {
  it('shows steps by how they are taken, tasks by phase, and what each hangs on', async () => {
    const { roots } = await withPlaybook();
    const { code, out } = await cordon(['playbook', 'show', 'stale-cache'], { roots });
    expect(code).toBe(0);
    const titles = out.split('\n').filter((line) => /^[A-Z]/.test(line));
    expect(titles).toEqual([
      'Taken at once',
      'Taken as soon as they can be',
      'Taken once they are approved',
      'Tasks: analyze',
      'Tasks: remediate',
      'Branches',
      'Must pass before it is resolved',
    ]);
    expect(out).toMatch(/lock +force_vault_relock +if leaked/);
    expect(out).toMatch(/cut_off +disable_airlock +2 persons of operator within 30 m/);
    expect(out).toMatch(/look +operator, 2 h +Did .* attach 1 artifact; leaked=yes\|no/);
    expect(out).toMatch(/leaked +look\.leaked is yes/);
    expect(out).toContain('1 d after the release');
  });

  it('knows no playbook that the policy does not have', async () => {
    const { roots } = await withPlaybook();
    const { code, err } = await cordon(['playbook', 'show', 'nothing'], { roots });
    expect(code).toBe(2);
    expect(err).toContain('unknown_playbook');
  });
});

describe('cordon playbook check', () => {
  it('accepts one that can be run', async () => {
    const { file } = await withPlaybook();
    const { code, out } = await cordon(['playbook', 'check', file]);
    expect(out).toBe(`${file} is valid.\n`);
    expect(code).toBe(0);
  });

  it.each([
    ['an action that there is not', 'force_vault_relock', 'close_the_door', /no action close_the/],
    ['a check that there is not', 'vault_locked', 'vault_empty', /no check vault_empty/],
    ['a branch on nothing', 'field: leaked', 'field: sunk', /look asks for no choice sunk/],
    ['a class that has a rule', 'serves: [stale_cache]', 'serves: [prompt_injection]', /already/],
    ['an order that is none', 'after: [look]', 'after: [purge]', /no task before this one/],
  ])('says where it names %s', async (_, from, to, reason) => {
    const { file } = await withPlaybook(STALE_CACHE.replace(from, to));
    const { code, out } = await cordon(['playbook', 'check', file]);
    expect(code).toBe(1);
    expect(out).toMatch(reason);
    const line = STALE_CACHE.split('\n').findIndex((text) => text.includes(from)) + 1;
    expect(out).toContain(`${file}:${line}: `);
  });

  it('takes no other file of the policy for a playbook', async () => {
    const directory = scratch();
    await writePolicy(directory, {});
    const { code, out } = await cordon(['playbook', 'check', join(directory, 'escalation.yaml')]);
    expect(code).toBe(1);
    expect(out).toContain('no playbook');
  });
});
