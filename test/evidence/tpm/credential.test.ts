import { constants, createHmac, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SHA256 } from '../../../src/evidence/tpm/algorithms.ts';
import { makeCredential } from '../../../src/evidence/tpm/credential.ts';
import { kdfa, zeroEnded } from '../../../src/evidence/tpm/kdf.ts';
import { parsePublic } from '../../../src/evidence/tpm/public.ts';
import { Malformed, Reader } from '../../../src/evidence/tpm/reader.ts';
import { eccArea, pointOf, rsaArea } from './pretend-tpm.ts';
import { sized, u16, u32 } from './tpm-bytes.ts';

/** AES with 128 bits in CFB mode, as endorsement keys have it. */
const symmetric = Buffer.concat([u16(0x0006), u16(128), u16(0x0043)]);
const scheme = u16(0x0010);
const NAME = Buffer.concat([u16(0x000b), Buffer.alloc(32, 5)]);
const SECRET = Buffer.alloc(32, 9);
const SEED = Buffer.alloc(32, 7);

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const modulus = Buffer.from(rsa.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
const point = pointOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey);
const rsaKey = parsePublic(rsaArea(modulus, { symmetric, scheme }));
const eccKey = parsePublic(eccArea(point, { symmetric, scheme }));

/** TPM2B_ID_OBJECT: the HMAC, and what is encrypted. */
function partsOf(credential: Uint8Array): { hmac: Uint8Array; identity: Uint8Array } {
  const reader = new Reader(credential);
  const inner = new Reader(reader.sized(1_024));
  reader.end();
  const hmac = inner.sized(64);
  return { hmac, identity: inner.bytes(inner.left) };
}

describe('a credential for an RSA key', () => {
  const made = makeCredential(rsaKey, NAME, SECRET, SEED);

  it('holds the seed under OAEP with the label IDENTITY and its zero', () => {
    const wrapped = new Reader(made.secret).sized(256);
    const seed = privateDecrypt(
      {
        key: rsa.privateKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
        oaepLabel: zeroEnded('IDENTITY'),
      },
      wrapped,
    );
    expect(seed.equals(SEED)).toBe(true);
  });

  it('is bound to the Name by an HMAC', () => {
    const { hmac, identity } = partsOf(made.credential);
    const key = kdfa(SHA256, SEED, 'INTEGRITY', new Uint8Array(), 256);
    const expected = createHmac('sha256', key).update(identity).update(NAME).digest();
    expect(Buffer.compare(hmac, expected)).toBe(0);
  });

  it('shows no part of the secret, and hides its bytes with its size', () => {
    const { identity } = partsOf(made.credential);
    expect(identity).toHaveLength(2 + SECRET.length);
    expect(Buffer.from(identity).includes(SECRET.subarray(0, 4))).toBe(false);
  });

  it('is another for another Name', () => {
    const other = makeCredential(rsaKey, Buffer.alloc(34, 6), SECRET, SEED);
    expect(Buffer.compare(other.credential, made.credential)).not.toBe(0);
  });
});

describe('a credential for an ECC key', () => {
  it('comes with the point of a key of its own, a new one every time', () => {
    const secrets = [1, 2].map(() => {
      const { secret } = makeCredential(eccKey, NAME, SECRET, SEED);
      const inner = new Reader(new Reader(secret).sized(68));
      expect([inner.sized(32).length, inner.sized(32).length, inner.left]).toEqual([32, 32, 0]);
      return Buffer.from(secret).toString('hex');
    });
    expect(secrets[0]).not.toBe(secrets[1]);
  });
});

describe('no credential is made', () => {
  const keyedHash = Buffer.concat([u16(0x0008), u16(0x000b), u32(0x52), u16(0), u16(0x10), u16(0)]);
  const camellia = Buffer.concat([u16(0x0026), u16(128), u16(0x0043)]);
  const odd = Buffer.concat([u16(0x0006), u16(129), u16(0x0043)]);

  it.each([
    ['that is neither RSA nor ECC', sized(keyedHash)],
    ['of RSA that encrypts nothing below it', rsaArea(modulus, { scheme })],
    ['of ECC that encrypts nothing below it', eccArea(point, { scheme })],
    ['with an odd size of its AES', rsaArea(modulus, { scheme, symmetric: odd })],
    ['that encrypts by Camellia', rsaArea(modulus, { scheme, symmetric: camellia })],
    ['on an unknown curve', eccArea(point, { symmetric, scheme, curve: 0x10 })],
    ['beside its curve', eccArea({ ...point, y: Buffer.alloc(32, 1) }, { symmetric, scheme })],
    ['with a modulus of no bytes', rsaArea(Buffer.of(), { symmetric, scheme })],
    ['with a modulus too small for a seed', rsaArea(Buffer.alloc(32, 0xc1), { symmetric, scheme })],
  ])('for a key %s', (_what, area) => {
    const make = () => makeCredential(parsePublic(area), NAME, SECRET, SEED);
    expect(make).toThrow(Malformed);
  });
});
