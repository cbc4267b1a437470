import { describe, expect, it } from 'vitest';
import { SHA1, SHA256, SHA384 } from '../../../src/evidence/tpm/algorithms.ts';
import { kdfa, kdfe } from '../../../src/evidence/tpm/kdf.ts';

const KEY = Buffer.alloc(32, 0x0b);
const NAME = Buffer.concat([Buffer.of(0x00, 0x0b), Buffer.alloc(32, 0xcd)]);
const PARTIES = { u: Buffer.alloc(32, 0xaa), v: Buffer.alloc(32, 0xbb) };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/**
 * By OpenSSL 3.0: `openssl kdf -keylen N -kdfopt mac:HMAC -kdfopt digest:HASH -kdfopt hexkey:KEY
 * -kdfopt salt:LABEL -kdfopt hexinfo:NAME KBKDF`, which puts the zero behind the label itself.
 */
describe('KDFa', () => {
  it.each([
    ['a key of 128 bits', SHA256, 'STORAGE', 128, 'a48fa0f34d1793aa5390d45c767f6e18'],
    [
      'more than two digests',
      SHA256,
      'STORAGE',
      640,
      '5813adb14339348ec5d64186d8e0a64e4fd0578dfc5a69a2a530db4b79d5bd20' +
        'e5337e53bd3341a12bd7f481f9e133a197fed6f1a0e74a312400060b9b4770db' +
        'e2b88bb2819372e63557820b6c2596fa',
    ],
    [
      'SHA-384',
      SHA384,
      'INTEGRITY',
      384,
      '3cace1d457c892021d04926bf86eb500e2054c603bc1c2b1de33879619eab4de3cd5f28412d5763da8d86eb3717e8628',
    ],
    [
      'SHA-1, whose digest is too short',
      SHA1,
      'STORAGE',
      256,
      '5f9852af16217b644afc30dc31b54cbce3d28d05627e2a65b8ab14c4dbd20d96',
    ],
  ] as const)('gives what OpenSSL gives: %s', (_what, hash, label, bits, expected) => {
    expect(hex(kdfa(hash, KEY, label, NAME, bits))).toBe(expected);
  });
});

/** `openssl kdf -keylen N -kdfopt digest:HASH -kdfopt hexkey:KEY -kdfopt hexinfo:(LABEL 00 U V) SSKDF`. */
describe('KDFe', () => {
  it.each([
    ['a digest', SHA256, 256, '18b92b093d7a472d984dee709b2da3dd56cd7a65f8eec6348e5b0779752b23bc'],
    [
      'SHA-384',
      SHA384,
      384,
      'dad27a6a2c479bfb83463f0e90093bb0f332013129f5c7576f0156c2856e63eb639296c10558f164447498c587db8de7',
    ],
    [
      'more than a digest',
      SHA256,
      320,
      '18b92b093d7a472d984dee709b2da3dd56cd7a65f8eec6348e5b0779752b23bcd3bebba8ab435bdc',
    ],
  ] as const)('gives what OpenSSL gives: %s', (_what, hash, bits, expected) => {
    expect(hex(kdfe(hash, KEY, 'IDENTITY', PARTIES, bits))).toBe(expected);
  });
});
