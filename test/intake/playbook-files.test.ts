import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicy, readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { playbookStandings } from '../../src/intake/playbook-standing.ts';
import { writePolicy } from '../support/policy-directory.ts';
import { problemsOf } from './problems.ts';
import { scratch } from './scratch.ts';

const COPIED = ['incident-containment.yaml', 'baseline.yaml', 'playbooks'];

/** Copies of ours, playbooks and all, but for one check, which has another name there. */
async function withoutCheck() {
  const directory = await scratch();
  for (const name of COPIED) {
    await cp(join(SHIPPED_POLICY, name), join(directory, name), { recursive: true });
  }
  await change(join(directory, 'baseline.yaml'), 'rollout_restored', 'rollout_finished');
  const file = join(directory, 'playbooks', 'rollback-verification.yaml');
  return { containmentPath: join(directory, 'incident-containment.yaml'), file };
}

async function change(file: string, from: string, to: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
}

describe('a playbook of ours that the rest of the policy does not fit', () => {
  it('is without effect, copied or not, and so is its rule', async () => {
    const { containmentPath } = await withoutCheck();
    const { playbooks, containment } = await loadPolicy({ containmentPath });
    expect(Object.keys(playbooks)).toContain('ledger_corruption');
    expect(Object.keys(playbooks)).not.toContain('rollback_verification');
    expect(Object.keys(containment.rules)).not.toContain('rollback_verification');
  });

  it('says what keeps it from being in force', async () => {
    const { containmentPath, file } = await withoutCheck();
    const standings = playbookStandings(await readPolicy({ containmentPath }));
    const { problems } = standings.find((one) => one.file === file) ?? {};
    expect(problems).toMatchObject([
      { file, reason: expect.stringContaining('baseline.yaml has no check rollout_restored') },
    ]);
  });

  it('is refused with the whole policy once somebody has made it their own', async () => {
    const { containmentPath, file } = await withoutCheck();
    await change(file, 'level: P1', 'level: P0');
    expect(await problemsOf(loadPolicy({ containmentPath }))).toMatchObject([
      { file, reason: expect.stringContaining('baseline.yaml has no check rollout_restored') },
    ]);
  });
});

it('a playbook of the operator stands in the place of ours of its name', async () => {
  const directory = await scratch();
  const containmentPath = await writePolicy(directory, {});
  await cp(join(SHIPPED_POLICY, 'playbooks'), join(directory, 'playbooks'), { recursive: true });
  const before = await loadPolicy({ containmentPath });
  await change(join(directory, 'playbooks', 'quota-abuse.yaml'), 'level: P2', 'level: P1');
  const { playbooks } = await loadPolicy({ containmentPath });
  expect([before.playbooks['quota_abuse']?.level, playbooks['quota_abuse']?.level]).toEqual([
    'P2',
    'P1',
  ]);
  expect(playbooks['quota_abuse']?.digest).not.toBe(before.playbooks['quota_abuse']?.digest);
});
