import { describe, expect, it } from 'vitest';
import type { TpmClock } from '../../../src/evidence/tpm/attest.ts';
import { checkClock } from '../../../src/evidence/tpm/clock.ts';

const ANY = { requireSafe: false, resetCountAbove: null };

/** [resets, restarts, milliseconds] */
type Time = readonly [reset_count: number, restart_count: number, clock: bigint];

function clockOf([reset_count, restart_count, clock]: Time, safe = true): TpmClock {
  return { reset_count, restart_count, clock, safe };
}

function check(now: Time, last: Time | null): () => void {
  return () => checkClock(clockOf(now), last === null ? null : clockOf(last), ANY);
}

const MOST = 0xffff_ffff;

describe('a quote is younger', () => {
  it.each<[string, Time, Time | null]>([
    ['than nothing', [0, 0, 0n], null],
    ['by a millisecond', [5, 2, 1_001n], [5, 2, 1_000n]],
    ['by more milliseconds than a double holds', [5, 2, 2n ** 60n + 1n], [5, 2, 2n ** 60n]],
    ['by a restart, whatever the clock shows', [5, 3, 1n], [5, 2, 1_000n]],
    ['by a reset, whatever restarts and clock show', [6, 0, 1n], [5, 9, 1_000n]],
    ['by a reset over the end of the count', [0, 0, 1n], [MOST, 3, 1_000n]],
    ['by a restart over the end of the count', [5, 1, 1n], [5, MOST, 1_000n]],
    [
      'by resets from one half of the count to the other',
      [2 ** 31 + 2, 0, 1n],
      [2 ** 31 - 2, 0, 9n],
    ],
  ])('%s', (_what, now, last) => {
    expect(check(now, last)).not.toThrow();
  });
});

describe('a quote is refused that is older, or not younger', () => {
  it.each<[string, Time, Time]>([
    ['the same one', [5, 2, 1_000n], [5, 2, 1_000n]],
    ['by a millisecond', [5, 2, 999n], [5, 2, 1_000n]],
    ['by a restart, though its clock is later', [5, 1, 9_000n], [5, 2, 1_000n]],
    ['by a reset, though it has more restarts', [4, 9, 9_000n], [5, 2, 1_000n]],
    ['from before the count of resets went over', [MOST, 0, 9_000n], [0, 0, 1_000n]],
    ['from before the count of restarts went over', [5, MOST, 9_000n], [5, 0, 1_000n]],
    ['of a TPM that was cleared', [0, 0, 1n], [5, 0, 1_000n]],
    ['half a count away, which is neither', [2 ** 31, 0, 1n], [0, 0, 1n]],
  ])('%s', (_what, now, last) => {
    expect(check(now, last)).toThrow(expect.objectContaining({ reason: 'clock-rollback' }));
  });
});

describe('a clock that is not safe', () => {
  const unsafe = clockOf([5, 0, 1n], false);

  it('is refused only where the policy says so', () => {
    expect(() => checkClock(unsafe, null, ANY)).not.toThrow();
    expect(() => checkClock(unsafe, null, { ...ANY, requireSafe: true })).toThrow(
      expect.objectContaining({ reason: 'clock-unsafe' }),
    );
  });

  it('is not what refuses an older quote', () => {
    const younger = clockOf([6, 0, 1n]);
    expect(() => checkClock(unsafe, younger, { ...ANY, requireSafe: true })).toThrow(
      expect.objectContaining({ reason: 'clock-rollback' }),
    );
  });
});

describe('a reset that is asked for', () => {
  const withResets = (resets: number, resetCountAbove: number) => () =>
    checkClock(clockOf([resets, 9, 9n]), null, { ...ANY, resetCountAbove });

  it.each([
    [6, 5],
    [0, MOST],
    [7, 5],
  ])('has happened where %i resets follow on %i', (resets, above) => {
    expect(withResets(resets, above)).not.toThrow();
  });

  it.each([
    [5, 5],
    [4, 5],
    [MOST, 0],
  ])('has not happened where %i resets follow on %i', (resets, above) => {
    expect(withResets(resets, above)).toThrow(
      expect.objectContaining({ reason: 'reboot-required' }),
    );
  });
});
