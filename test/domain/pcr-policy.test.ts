import { describe, expect, it } from 'vitest';
import {
  goldenProblem,
  selectionProblem,
  type PcrBank,
  type PcrValues,
} from '../../src/domain/pcr-policy.ts';

const VALUE = 'ab'.repeat(32);
const sha256 = (...pcrs: number[]) => [{ bank: 'sha256' as const, pcrs }];

describe('a selection', () => {
  it('may be of several banks, each in ascending order', () => {
    expect(selectionProblem([...sha256(0, 7, 22), { bank: 'sha512', pcrs: [1] }])).toBeNull();
  });

  it.each([
    ['nothing', [], 'no PCR is selected'],
    ['no PCR of a bank', sha256(), 'no PCR of sha256 is selected'],
    ['a bank twice', [...sha256(0), ...sha256(1)], 'a bank is selected twice'],
    ['a PCR twice', sha256(4, 4), 'not strictly ascending'],
    ['PCRs in another order', sha256(4, 2), 'not strictly ascending'],
    ['a PCR too high', sha256(24), 'there is no PCR 24'],
    ['a negative PCR', sha256(-1), 'there is no PCR -1'],
    ['half a PCR', sha256(0.5), 'there is no PCR 0.5'],
    ['no number', sha256(NaN), 'there is no PCR NaN'],
    ['the debug PCR', sha256(16), 'PCR 16 can be reset'],
    ['the application PCR', sha256(23), 'PCR 23 can be reset'],
    ['SHA-1', [{ bank: 'sha1' as PcrBank, pcrs: [0] }], 'sha1 is not a bank'],
    ['what is inherited', [{ bank: 'toString' as PcrBank, pcrs: [0] }], 'toString is not a bank'],
  ])('must not be of %s', (_what, selection, problem) => {
    expect(selectionProblem(selection)).toContain(problem);
  });
});

describe('known-good values', () => {
  it('are one for each selected PCR', () => {
    expect(goldenProblem(sha256(0, 8), { sha256: { 0: VALUE, 8: '00'.repeat(32) } })).toBeNull();
  });

  it.each<[PcrBank, number]>([
    ['sha256', 64],
    ['sha384', 96],
    ['sha512', 128],
  ])('of %s have %i digits', (bank, digits) => {
    const selection = [{ bank, pcrs: [7] }];
    for (const length of [64, 96, 128]) {
      const problem = goldenProblem(selection, { [bank]: { 7: 'ab'.repeat(length / 2) } });
      const wrong = `PCR 7 of ${bank} must have ${digits} lower-case hex digits`;
      expect(problem).toBe(length === digits ? null : wrong);
    }
  });

  it('are needed of every bank that is selected', () => {
    const selection = [...sha256(7), { bank: 'sha384' as const, pcrs: [7] }];
    expect(goldenProblem(selection, { sha256: { 7: VALUE } })).toBe(
      'PCR 7 of sha384 has no known-good value',
    );
  });

  it('may be there of PCRs that are not selected', () => {
    const golden = { sha256: { 7: VALUE, 8: 'short' }, sha384: {} };
    expect(goldenProblem(sha256(7), golden)).toBeNull();
  });

  it.each<[string, PcrValues, string]>([
    ['no bank', {}, 'PCR 7 of sha256 has no known-good value'],
    ['no PCR', { sha256: {} }, 'has no known-good value'],
    ['only inherited ones', { sha256: Object.create({ 7: VALUE }) }, 'has no known-good value'],
    ['a short value', { sha256: { 7: VALUE.slice(2) } }, 'must have 64 lower-case hex digits'],
    ['a long value', { sha256: { 7: `${VALUE}00` } }, 'must have 64 lower-case hex digits'],
    ['upper case', { sha256: { 7: VALUE.toUpperCase() } }, 'must have 64 lower-case hex digits'],
    ['zeros', { sha256: { 7: '00'.repeat(32) } }, 'was never extended'],
    ['ones', { sha256: { 7: 'ff'.repeat(32) } }, 'was never extended'],
  ])('must not be %s', (_what, golden, problem) => {
    expect(goldenProblem(sha256(7), golden)).toContain(problem);
  });

  it.each([0, 2, 4, 7])('show that firmware has extended PCR %i', (pcr) => {
    expect(goldenProblem(sha256(pcr), { sha256: { [pcr]: '00'.repeat(32) } })).toContain('never');
  });
});
