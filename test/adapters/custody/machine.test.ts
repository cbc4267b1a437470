import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { thisMachine } from '../../../src/adapters/custody/machine.ts';

it('names the machine and its boot, and the same ones each time', async () => {
  const { place } = await thisMachine(() => 0);
  expect(place.host).toBe(hostname());
  expect(await thisMachine(() => 0)).toMatchObject({ place });
});

it('never shows the machine id itself', async () => {
  const { place } = await thisMachine(() => 0);
  expect(place.machine_id).toMatch(/^([0-9a-f]{32})?$/);
  const id = (() => {
    try {
      return readFileSync('/etc/machine-id', 'utf8').trim();
    } catch {
      return 'no id at all';
    }
  })();
  expect(place.machine_id).not.toBe(id);
});

it('reads a wall clock that is handed in, and a boot-time clock that is not', async () => {
  const { readClocks } = await thisMachine(() => 1_234.5);
  const [before, after] = [readClocks(), readClocks()];
  expect(before.wall_ms).toBe(1_234);
  expect(before.boot_id).not.toBe('');
  expect(after.boottime_ms).toBeGreaterThanOrEqual(before.boottime_ms);
  expect(before.boottime_ms).toBeGreaterThan(0);
});
