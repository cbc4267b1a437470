import type { Toucher } from '../src/domain/custody.ts';
import { Fault } from '../src/domain/fault.ts';
import { toucher } from '../src/evidence/toucher.ts';
import type { SweepDeps } from './sweep-deps.ts';

/** Cordon itself, which removes what policy no longer keeps. */
export function sweeper({ place, now }: SweepDeps, why: string): Toucher {
  const who = { name: 'cordon', authority: 'recovery.capture.retention' };
  return toucher({ at_ms: now(), who, where: place, why });
}

/** The time that is believed, epoch ms. Throws Fault `custody_clock_unset` before the clock was read once. */
export async function trustedMs({ ledger }: SweepDeps): Promise<number> {
  const clock = await ledger.custodyClock.read();
  if (clock !== null) return clock.trusted_ms;
  throw new Fault('custody_clock_unset', 'The custody clock has not begun', { retryable: true });
}
