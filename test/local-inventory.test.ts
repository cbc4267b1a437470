import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { openInventory, readInventory } from '../src/local-inventory.ts';
import { cordon } from './cli/surroundings.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cordon-inventory-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  env = { CORDON_HOME: home, CONTAINMENT_POLICY_PATH: join(home, 'incident-containment.yaml') };
});

const roots = { readInventory };
const write = (name: string, agent: string) =>
  writeFileSync(join(home, name), `version: 1\nagents: { ${agent}: { secrets: [prod/db] } }\n`);

describe('the inventory of an installation', () => {
  it('is beside its policy, else ours, else where it is told to be', async () => {
    expect(Object.keys((await readInventory(env, null)).agents)).toContain('agent-1');
    write('inventory.yaml', 'mine');
    expect(Object.keys((await readInventory(env, null)).agents)).toEqual(['mine']);
    write('other.yaml', 'theirs');
    const told = { ...env, CORDON_INVENTORY: join(home, 'other.yaml') };
    expect(Object.keys((await readInventory(told, null)).agents)).toEqual(['theirs']);
  });

  it('is asked of a service where a URL is given, without a secret in it', async () => {
    const told = { ...env, CORDON_INVENTORY: 'https://cmdb.example/inventory' };
    const { place, source } = await openInventory(readConfig(told));
    await source.close();
    expect(place).toBe(told.CORDON_INVENTORY);
    for (const bad of ['https://u:p@cmdb.example/', 'https://cmdb.example/?key=1', 'ftp://x/y']) {
      expect(() => readConfig({ ...env, CORDON_INVENTORY: bad })).toThrow('CORDON_INVENTORY');
    }
  });
});

describe('cordon inventory', () => {
  it('shows it, checks it, and finds what is reached', async () => {
    write('inventory.yaml', 'mine');
    const said = (...argv: string[]) => cordon(['inventory', ...argv], { env, roots });
    expect((await said('show')).out).toContain('mine');
    expect((await said('check')).out).toBe('The inventory is valid: 1 agent.\n');
    expect((await said('reach', 'agent=mine')).out).toMatch(/agents +mine\nsecrets +prod\/db\n/);
  });

  it('refuses what is wrong in a file with its line, and a field that no subject has', async () => {
    const file = join(home, 'bad.yaml');
    writeFileSync(file, 'version: 1\nagents:\n  a: { state: 1 }\n');
    const checked = await cordon(['inventory', 'check', file], { env, roots });
    expect([checked.code, checked.err]).toEqual([
      1,
      expect.stringContaining(`${file}:3: agents.a`),
    ]);
    const asked = await cordon(['inventory', 'reach', 'planet=mars'], { env, roots });
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('a subject has')]);
  });
});
