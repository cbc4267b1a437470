import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createBaselineChecks } from '../../../src/adapters/baseline/baseline-checks.ts';
import {
  listEntries,
  withSpireServer,
  type SpireServer,
} from '../../../src/adapters/systems/spire/spire-server.ts';
import { baselinePolicySchema } from '../../../src/domain/baseline-policy.ts';
import { shippedTargets, startPractice, type Practice } from '../../range/practice.ts';
import { entryFor } from '../systems/spire/revoking.ts';
import { aboutOf } from './state.ts';

const SPIRE = { unix: 'run/spire.sock' };
const AGENT = 'spiffe://practice.cordon/agent/agent-1';

let practice: Practice;
beforeEach(async () => {
  practice = await startPractice();
  const listed = await listEntries(SPIRE, practice.home, AbortSignal.timeout(10_000));
  if ('reason' in listed) throw new Error(listed.detail);
  approve(listed.entries);
});
afterEach(() => practice.stop());

/** As people write it: without what goes without saying. */
function approve(
  entries: readonly { spiffe_id: string; parent_id: string; selectors: string[] }[],
) {
  const written = entries.map(({ spiffe_id, parent_id, selectors }) => ({
    ...{ spiffe_id, parent_id, selectors },
  }));
  writeFileSync(join(practice.home, 'entries.yaml'), stringify({ entries: written }));
}

const at = <T>(work: (server: SpireServer) => Promise<T>) =>
  withSpireServer(SPIRE, practice.home, AbortSignal.timeout(10_000), work);

async function find(subject: Record<string, string> = {}) {
  const check = { title: 'It', kind: 'spire_entries', system: 'spire' };
  const whole = { ...check, expected_file: 'entries.yaml' };
  const baseline = baselinePolicySchema.parse({ version: 1, checks: { it: whole } });
  const checks = createBaselineChecks({
    policy: () => ({ baseline, targets: shippedTargets() }),
    ...{ home: practice.home, now: Date.now },
  });
  const [result] = await checks.run(['it'], aboutOf({ subject }));
  await checks.close();
  return `${result?.verdict}: ${result?.detail}`;
}

const remove = () => at((server) => server.remove(['practice-agent-1']));

describe('registration entries', () => {
  it('pass when they are those that were approved', async () => {
    expect(await find()).toBe('pass: 5 entries are those that were approved');
  });

  it('fail when one is there that nobody approved', async () => {
    await at((server) => server.create([entryFor(7)]));
    expect(await find()).toMatch(/^fail: spiffe:\/\/\S+ was never approved$/);
  });

  it('fail when one is gone, but for one that the incident has revoked', async () => {
    await remove();
    expect(await find()).toBe(`fail: ${AGENT} is not registered`);
    expect(await find({ identity: AGENT })).toMatch(/^pass/);
  });

  it('fail when one has been given more than was approved', async () => {
    const entries = await at((server) => server.entries());
    if ('reason' in entries) throw new Error(entries.detail);
    const [first] = entries.filter(({ id }) => id === 'practice-agent-1');
    await remove();
    await at((server) => server.create(first ? [{ ...first, admin: true }] : []));
    expect(await find()).toBe(`fail: ${AGENT} is registered otherwise`);
  });
});

describe('what cannot be compared is not known', () => {
  it('a list that is not there, or lists nothing', async () => {
    approve([]);
    expect(await find()).toMatch(/^unknown: .*entries.yaml has not the form of its kind/);
  });

  it('a server that is not there', async () => {
    await practice.stop();
    expect(await find()).toMatch(/^unknown: /);
    practice = await startPractice();
  });
});
