import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificateIndexes, nameOf, signingScheme } from '../../src/agent/public-area.ts';

/** The key itself, as short as can be: 2048 bits and no modulus; a curve and a point without coordinates. */
const RSA_KEY = '0800000000000000';
const eccKey = (curve = '0003') => `${curve}001000000000`;

/** TPM2B_PUBLIC; fields in hex. */
const area = (type: string, policy: string, rest: string) => {
  const size = (policy.length / 2).toString(16).padStart(4, '0');
  const body = Buffer.from(`${type}000b00050072${size}${policy}${rest}`, 'hex');
  return Buffer.concat([Buffer.from([0, body.length]), body]);
};
const NO_SYMMETRIC = '0010';
const AES_128_CFB = '000600800043';
const POLICY = 'aa'.repeat(32);

describe('a public area', () => {
  it.each([
    ['rsassa', 'sha256', area('0001', '', `${NO_SYMMETRIC}0014000b${RSA_KEY}`)],
    ['rsapss', 'sha384', area('0001', POLICY, `${NO_SYMMETRIC}0016000c${RSA_KEY}`)],
    ['ecdsa', 'sha512', area('0023', POLICY, `${AES_128_CFB}0018000d${eccKey()}`)],
  ])('has the scheme %s with %s', (scheme, hash, bytes) => {
    expect(signingScheme(bytes)).toEqual({ scheme, hash });
  });

  it.each([
    ['no scheme', area('0023', '', `${NO_SYMMETRIC}0010${eccKey()}`)],
    ['SHA-1', area('0023', '', `${NO_SYMMETRIC}00180004${eccKey()}`)],
    ['an early end', area('0023', '', NO_SYMMETRIC)],
    ['a policy longer than itself', Buffer.from('000c0023000b00050072ffff', 'hex')],
    ['nothing', Buffer.alloc(0)],
  ])('with %s is unfit to quote with', (_, bytes) => {
    expect(() => signingScheme(bytes)).toThrow(expect.objectContaining({ code: 'tpm_key_unfit' }));
  });

  it.each([
    ['0x01c00002', area('0001', POLICY, `${AES_128_CFB}0010${RSA_KEY}`)],
    ['0x01c0000a', area('0023', POLICY, `${AES_128_CFB}0010${eccKey()}`)],
    ['0x01c00016', area('0023', POLICY, `${AES_128_CFB}0010${eccKey('0004')}`)],
  ])('of an endorsement key leads to its certificate at %s', (index, bytes) => {
    expect(certificateIndexes(bytes)[0]).toBe(index);
  });

  it('has a Name by its own hash', () => {
    const bytes = area('0023', '', `${NO_SYMMETRIC}0018000b${eccKey()}`);
    const digest = createHash('sha256').update(bytes.subarray(2)).digest('hex');
    expect(nameOf(bytes)).toBe(`000b${digest}`);
  });
});
