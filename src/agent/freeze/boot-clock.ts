import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Time that outlives a process and that nobody can set: since this boot, sleep included (CLOCK_BOOTTIME). */
export interface BootClock {
  bootId: string;
  /** Milliseconds since boot. */
  nowMs(): number;
}

export function readBootClock(): BootClock {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { bootId, nowMs: () => uptime() * 1_000 };
}
