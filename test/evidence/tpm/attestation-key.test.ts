import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fitKey } from '../../../src/evidence/tpm/attestation-key.ts';
import { parsePublic } from '../../../src/evidence/tpm/public.ts';
import { AK_ATTRIBUTES, eccArea, pointOf, rsaArea } from './pretend-tpm.ts';
import { sized, u16, u32 } from './tpm-bytes.ts';

const P256 = pointOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey);
const MODULUS = Buffer.alloc(256, 0xc1);

function unfitFor(area: Uint8Array): unknown {
  try {
    fitKey(parsePublic(area).key);
    return null;
  } catch (error) {
    return Reflect.get(Object(error), 'reason');
  }
}

const scheme = (algorithm: number, hash: number) => Buffer.concat([u16(algorithm), u16(hash)]);

describe('an attestation key is fit', () => {
  it.each([
    ['on P-256', 'prime256v1', 3, 0x000b],
    ['on P-384', 'secp384r1', 4, 0x000c],
    ['on P-521', 'secp521r1', 5, 0x000d],
  ])('%s', (_what, namedCurve, curve, hash) => {
    const point = pointOf(generateKeyPairSync('ec', { namedCurve }).publicKey);
    expect(unfitFor(eccArea(point, { curve, scheme: scheme(0x0018, hash) }))).toBeNull();
  });

  it.each([0x0014, 0x0016])('of RSA that signs by scheme %i', (algorithm) => {
    for (const exponent of [0, 65_537]) {
      const parts = { exponent, scheme: scheme(algorithm, 0x000b) };
      expect(unfitFor(rsaArea(MODULUS, parts))).toBeNull();
    }
  });

  it('whose coordinate is written without its leading zeros', () => {
    // A point whose x begins with a zero byte comes once in 256.
    for (;;) {
      const point = pointOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey);
      if (point.x[0] !== 0) continue;
      expect(unfitFor(eccArea({ ...point, x: point.x.subarray(1) }))).toBeNull();
      break;
    }
  });
});

describe('the attributes of a key', () => {
  const REQUIRED = [1, 4, 5, 16, 18];
  const ALLOWED = [2, 6, 7, 8, 9, 10];
  const bits = Array.from({ length: 32 }, (_, bit) => bit);
  const withBit = (bit: number) =>
    unfitFor(eccArea(P256, { attributes: (AK_ATTRIBUTES | (1 << bit)) >>> 0 }));
  const withoutBit = (bit: number) =>
    unfitFor(eccArea(P256, { attributes: AK_ATTRIBUTES & ~(1 << bit) }));

  it.each(REQUIRED)('must have bit %i', (bit) => {
    expect(withoutBit(bit)).toBe('ak-attributes');
  });

  it.each(ALLOWED)('may have bit %i, and may lack it', (bit) => {
    expect(withBit(bit)).toBeNull();
    expect(withoutBit(bit)).toBeNull();
  });

  it.each(bits.filter((bit) => !REQUIRED.includes(bit) && !ALLOWED.includes(bit)))(
    'must not have bit %i',
    (bit) => {
      expect(withBit(bit)).toBe('ak-attributes');
    },
  );
});

describe('a key is not fit', () => {
  const symmetric = Buffer.concat([u16(0x0006), u16(128), u16(0x0043)]);
  const kdf = scheme(0x0020, 0x000b);
  const keyedHash = Buffer.concat([
    u16(0x0008),
    u16(0x000b),
    u32(AK_ATTRIBUTES),
    u16(0),
    u16(0x10),
    u16(0),
  ]);

  it.each<[string, string, Uint8Array]>([
    ['without a scheme', 'ak-scheme', eccArea(P256, { scheme: u16(0x0010) })],
    ['of RSA without a scheme', 'ak-scheme', rsaArea(MODULUS, { scheme: u16(0x0010) })],
    ['that signs by Schnorr', 'ak-scheme', eccArea(P256, { scheme: scheme(0x001c, 0x000b) })],
    ['of RSA that encrypts', 'ak-scheme', rsaArea(MODULUS, { scheme: u16(0x0015) })],
    ['of RSA that says ECDSA', 'ak-scheme', rsaArea(MODULUS, { scheme: scheme(0x0018, 0x000b) })],
    ['of ECC that says RSASSA', 'ak-scheme', eccArea(P256, { scheme: scheme(0x0014, 0x000b) })],
    ['that encrypts what is below it', 'ak-scheme', eccArea(P256, { symmetric })],
    ['that derives others', 'ak-scheme', eccArea(P256, { kdf })],
    ['of HMAC', 'ak-scheme', sized(keyedHash)],
    ['that signs SHA-1', 'weak-algorithm', eccArea(P256, { scheme: scheme(0x0018, 0x0004) })],
    [
      'that signs an unknown hash',
      'weak-algorithm',
      eccArea(P256, { scheme: scheme(0x0018, 0x0012) }),
    ],
    ['named with SHA-1', 'weak-algorithm', eccArea(P256, { nameAlg: 0x0004 })],
    ['on another curve than its point', 'weak-algorithm', eccArea(P256, { curve: 4 })],
    ['on P-224', 'weak-algorithm', eccArea(P256, { curve: 2 })],
    ['on a Barreto-Naehrig curve', 'weak-algorithm', eccArea(P256, { curve: 0x10 })],
    ['beside its curve', 'weak-algorithm', eccArea({ x: P256.x, y: Buffer.alloc(32, 1) })],
    ['at infinity', 'weak-algorithm', eccArea({ x: Buffer.of(), y: Buffer.of() })],
    [
      'with a long coordinate',
      'weak-algorithm',
      eccArea({ ...P256, x: Buffer.concat([Buffer.of(0), P256.x]) }),
    ],
    ['with an exponent of 3', 'weak-algorithm', rsaArea(MODULUS, { exponent: 3 })],
    ['with an exponent of 1', 'weak-algorithm', rsaArea(MODULUS, { exponent: 1 })],
    ['of 1024 bits', 'weak-algorithm', rsaArea(MODULUS.subarray(0, 128))],
    ['of 2047 bits', 'weak-algorithm', rsaArea(Buffer.alloc(256, 0x7f))],
    [
      'of 2040 bits that says 2048',
      'weak-algorithm',
      rsaArea(MODULUS.subarray(1), { bits: 2_048 }),
    ],
    [
      'of more bits than it says',
      'weak-algorithm',
      rsaArea(Buffer.alloc(384, 0xc1), { bits: 2_048 }),
    ],
  ])('%s', (_what, reason, area) => {
    expect(unfitFor(area)).toBe(reason);
  });
});
