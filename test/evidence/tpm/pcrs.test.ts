import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PcrSelection, PcrValues } from '../../../src/domain/pcr-policy.ts';
import { SHA256, SHA384 } from '../../../src/evidence/tpm/algorithms.ts';
import type { SignedSelection } from '../../../src/evidence/tpm/attest.ts';
import { checkGolden, checkSelection, checkValues } from '../../../src/evidence/tpm/pcrs.ts';

const WANTED: PcrSelection[] = [
  { bank: 'sha256', pcrs: [0, 2, 4, 7] },
  { bank: 'sha384', pcrs: [8, 22] },
];

const signed = (...banks: [hash: number, mask: string][]): SignedSelection[] =>
  banks.map(([hash, mask]) => ({ hash, mask: Uint8Array.from(Buffer.from(mask, 'hex')) }));

const because = (reason: string) => expect.objectContaining({ reason });

describe('the signed selection', () => {
  it('is the one of the policy', () => {
    const same = signed([0x000b, '950000'], [0x000c, '000140']);
    expect(() => checkSelection(same, WANTED)).not.toThrow();
  });

  it.each([
    ['nothing', signed()],
    ['fewer banks', signed([0x000b, '950000'])],
    ['more banks', signed([0x000b, '950000'], [0x000c, '000140'], [0x000d, '000000'])],
    ['another order', signed([0x000c, '000140'], [0x000b, '950000'])],
    ['another hash', signed([0x0004, '950000'], [0x000c, '000140'])],
    ['a PCR fewer', signed([0x000b, '150000'], [0x000c, '000140'])],
    ['a PCR more', signed([0x000b, '950000'], [0x000c, '010140'])],
    ['a shorter mask', signed([0x000b, '95'], [0x000c, '000140'])],
    ['a longer mask', signed([0x000b, '95000000'], [0x000c, '000140'])],
    ['a bank that is off', signed([0x000b, '000000'], [0x000c, '000140'])],
    ['bits in the other order', signed([0x000b, 'a90000'], [0x000c, '000140'])],
  ])('is refused where it is %s', (_what, selection) => {
    expect(() => checkSelection(selection, WANTED)).toThrow(because('pcr-selection-mismatch'));
  });
});

describe('the values', () => {
  const filled = (byte: number, size: number) => Buffer.alloc(size, byte).toString('hex');
  const values = (): PcrValues => ({
    sha256: { 0: filled(1, 32), 2: filled(2, 32), 4: filled(3, 32), 7: filled(4, 32) },
    sha384: { 8: filled(5, 48), 22: filled(6, 48) },
  });
  const all = [1, 2, 3, 4].map((byte) => filled(byte, 32)).join('') + filled(5, 48) + filled(6, 48);
  const digestBy = (hash: string) => createHash(hash).update(Buffer.from(all, 'hex')).digest();

  const check = (given: PcrValues, pcrDigest: Uint8Array = digestBy('sha256'), by = SHA256) =>
    checkValues(given, { pcrDigest }, WANTED, by);

  it('are hashed bank by bank with the hash of the key', () => {
    expect(() => check(values())).not.toThrow();
    expect(() => check(values(), digestBy('sha384'), SHA384)).not.toThrow();
    expect(() => check(values(), digestBy('sha384'))).toThrow(because('pcr-digest-mismatch'));
  });

  it.each<[string, (sha256: Record<string, string>, all: PcrValues) => unknown]>([
    ['one missing', (sha256) => delete sha256['7']],
    ['one too many', (sha256) => (sha256['9'] = filled(0, 32))],
    ['another instead', (sha256) => [delete sha256['7'], (sha256['9'] = filled(4, 32))]],
    ['a bank missing', (_, both) => delete both['sha384']],
    ['a bank too many', (_, both) => (both['sha512'] = {})],
    [
      '31 bytes and 33',
      (sha256) => Object.assign(sha256, { 0: filled(1, 31), 2: `01${filled(2, 32)}` }),
    ],
    ['one of no bytes', (sha256) => (sha256['0'] = '')],
  ])('are refused with %s', (_what, change) => {
    const given = values();
    change(given['sha256'] ?? {}, given);
    expect(() => check(given)).toThrow(because('pcr-values-malformed'));
  });

  it('do not depend on the order in which they are written', () => {
    const { sha256 = {}, sha384 = {} } = values();
    const turned = Object.fromEntries(Object.entries(sha256).toReversed());
    expect(() => check({ sha384, sha256: turned })).not.toThrow();
  });

  it('are refused where the digest is another, cut, or empty', () => {
    const digest = digestBy('sha256');
    for (const other of [digest.fill(0, 0, 1), digest.subarray(0, 31), Buffer.of()]) {
      expect(() => check(values(), other)).toThrow(because('pcr-digest-mismatch'));
    }
  });

  it('must all be the known-good ones, and the refusal names those that are not', () => {
    expect(() => checkGolden(values(), values(), WANTED)).not.toThrow();
    const golden = values();
    Object.assign(golden['sha384'] ?? {}, { 22: filled(9, 48) });
    expect(() => checkGolden(values(), golden, WANTED)).toThrow(
      expect.objectContaining({
        reason: 'pcr-policy-mismatch',
        message: expect.stringMatching(/PCR 22 of sha384 is (06)+$/),
      }),
    );
  });
});
