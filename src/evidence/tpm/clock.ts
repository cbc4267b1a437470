import type { TpmClock } from './attest.ts';
import { refuse } from './refusal.ts';

/** What the clock of a quote must show. */
export interface ClockPolicy {
  requireSafe: boolean;
  /** The TPM must have been reset since it counted this. */
  resetCountAbove: number | null;
}

/** Time must have passed since the last quote that was accepted, by the TPM's own counts. */
export function checkClock(now: TpmClock, last: TpmClock | null, policy: ClockPolicy): void {
  if (last !== null && !isAfter(now, last)) {
    refuse('clock-rollback', 'the quote is not younger than the last one that was accepted');
  }
  // After a power cut a clock is not safe for up to 70 minutes.
  if (policy.requireSafe && !now.safe) {
    refuse('clock-unsafe', 'the clock may have gone back: the TPM lost its power without notice');
  }
  if (policy.resetCountAbove !== null && later(now.reset_count, policy.resetCountAbove) <= 0) {
    refuse('reboot-required', 'the TPM was not reset since the containment');
  }
}

/**
 * In the order of resets, restarts, milliseconds. A reset starts the restarts anew, and either may set the clock back
 * (part 1, 36): only between equal counts does the clock say something.
 */
function isAfter(now: TpmClock, last: TpmClock): boolean {
  const resets = later(now.reset_count, last.reset_count);
  if (resets !== 0) return resets > 0;
  const restarts = later(now.restart_count, last.restart_count);
  if (restarts !== 0) return restarts > 0;
  return now.clock > last.clock;
}

/**
 * By how much one count is later than another, negative for earlier. Modulo 2³², because a TPM shows the counts to
 * keys of other hierarchies shifted by a constant, so that they may wrap (part 1, 36.7).
 */
function later(count: number, than: number): number {
  return (count - than) | 0;
}
