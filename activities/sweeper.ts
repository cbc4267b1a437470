import { randomUUID } from 'node:crypto';
import type { Toucher } from '../src/domain/custody.ts';
import { Fault } from '../src/domain/fault.ts';
import { TOOL } from '../src/domain/tool.ts';
import type { SweepDeps } from './sweep-deps.ts';

/** Cordon itself, which removes what policy no longer keeps. */
export function sweeper({ place, now }: SweepDeps, why: string): Toucher {
  return {
    key: `custody/${randomUUID()}`,
    at: new Date(now()).toISOString(),
    who: { name: 'cordon', authority: 'recovery.capture.retention' },
    where: place,
    why,
    how: { ...TOOL, options: '' },
  };
}

/** The time that is believed, epoch ms. Throws Fault `custody_clock_unset` before the clock was read once. */
export async function trustedMs({ ledger }: SweepDeps): Promise<number> {
  const clock = await ledger.custodyClock.read();
  if (clock !== null) return clock.trusted_ms;
  throw new Fault('custody_clock_unset', 'The custody clock has not begun', { retryable: true });
}
