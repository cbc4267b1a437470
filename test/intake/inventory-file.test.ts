import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inventoryFile, parseInventory } from '../../src/intake/inventory-file.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { scratch } from './scratch.ts';

it.each([
  ['version: 1\nagents:\n  a: { secrets: 7 }\n', 'i.yaml:3: agents.a.secrets: '],
  ['version: 1\nagents:\n  a:\n    sekrets: []\n', 'i.yaml:4: agents.a.sekrets: is not known here'],
  ['version: 1\n', 'i.yaml:1: agents: is missing'],
  ['version: 1\nagents: {}\nown_networks: [10.0.0.1]\n', 'i.yaml:3: own_networks[0]: '],
  ['version: 1\nagents: [\n', 'i.yaml:'],
])('of %j is refused with the file, the line and the reason', (text, message) => {
  expect(() => parseInventory('i.yaml', text)).toThrow(
    expect.objectContaining({
      ...{ code: 'inventory_invalid', retryable: false },
      message: expect.stringContaining(message),
    }),
  );
});

it('is read anew at each call, and is unavailable while there is no file', async () => {
  const path = join(await scratch(), 'inventory.yaml');
  const source = inventoryFile(path);
  const away = { code: 'inventory_unavailable', retryable: true };
  await expect(source.read()).rejects.toMatchObject(away);
  await writeFile(path, 'version: 1\nagents: { a: {} }\n');
  expect(Object.keys((await source.read()).agents)).toEqual(['a']);
  await writeFile(path, 'version: 1\nagents: { b: {} }\n');
  expect(Object.keys((await source.read()).agents)).toEqual(['b']);
});

it('is shipped for the practice range, where everything named is there', async () => {
  const { agents, vaults, operators } = await inventoryFile(
    join(SHIPPED_POLICY, 'inventory.yaml'),
  ).read();
  const items = Object.entries(vaults).flatMap(([vault, of]) =>
    of.map((item) => `${vault}/${item}`),
  );
  for (const { secrets, consumers } of Object.values(agents)) {
    expect(items).toEqual(expect.arrayContaining(secrets));
    expect(Object.keys(agents)).toEqual(expect.arrayContaining(consumers));
  }
  for (const operator of Object.values(operators)) {
    expect(Object.keys(agents)).toEqual(expect.arrayContaining(operator.agents));
    expect(Object.keys(vaults)).toEqual(expect.arrayContaining(operator.vaults));
  }
});
