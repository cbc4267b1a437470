import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import type { ClockReading } from '../../domain/custody-clock.ts';
import type { PlaceOfCustody } from '../../domain/custody.ts';

/** This machine, as custody records name it and as the custody clock counts by it. */
export interface Machine {
  place: PlaceOfCustody;
  /** CLOCK_REALTIME as `now` tells it, and CLOCK_BOOTTIME. */
  readClocks(): ClockReading;
}

export async function thisMachine(now: () => number): Promise<Machine> {
  const boot_id = await lineOf('/proc/sys/kernel/random/boot_id');
  const machine_id = derived(await lineOf('/etc/machine-id'));
  // Where no boot has a name, only this process knows that it is still the same.
  const counting = boot_id === '' ? randomUUID() : boot_id;
  return {
    place: { host: hostname(), boot_id, machine_id },
    readClocks: () => ({
      boot_id: counting,
      wall_ms: Math.floor(now()),
      boottime_ms: Math.floor(uptime() * 1_000),
    }),
  };
}

async function lineOf(path: string): Promise<string> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
}

/** The id itself must not be shown (machine-id(5)): what is shown is derived from it, and for us alone. */
function derived(machineId: string): string {
  if (machineId === '') return '';
  return createHmac('sha256', machineId).update('cordon custody').digest('hex').slice(0, 32);
}
