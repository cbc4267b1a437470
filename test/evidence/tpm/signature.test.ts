import { constants, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fitKey, type AttestationKey } from '../../../src/evidence/tpm/attestation-key.ts';
import { parsePublic } from '../../../src/evidence/tpm/public.ts';
import { verifyQuote } from '../../../src/evidence/tpm/quote.ts';
import { verifySignature } from '../../../src/evidence/tpm/signature.ts';
import { SIGNATURE_CASES } from './cases.ts';
import { eccArea, pointOf, rsaArea } from './pretend-tpm.ts';
import { sized, u16 } from './tpm-bytes.ts';

const ORDER = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;
const SIGNED = Buffer.from('the bytes of a quote');

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const key = fitKey(parsePublic(eccArea(pointOf(publicKey))).key);

/** r and s as numbers, of a signature by the key. */
function numbers(): [r: bigint, s: bigint] {
  const rs = sign('sha256', SIGNED, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
  return [BigInt(`0x${rs.slice(0, 64)}`), BigInt(`0x${rs.slice(64)}`)];
}

function ecdsa(r: Uint8Array, s: Uint8Array): Buffer {
  return Buffer.concat([u16(0x0018), u16(0x000b), sized(r), sized(s)]);
}

const full = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');

function refusalOf(signature: Uint8Array, by: AttestationKey = key, signed = SIGNED): unknown {
  try {
    verifySignature(signature, signed, by);
    return null;
  } catch (error) {
    return Reflect.get(Object(error), 'reason');
  }
}

describe('a signature by ECDSA', () => {
  it('is valid with a low s and with a high one, as half of all honest ones have', () => {
    const [r, s] = numbers();
    const low = s < ORDER - s ? s : ORDER - s;
    expect(refusalOf(ecdsa(full(r), full(low)))).toBeNull();
    expect(refusalOf(ecdsa(full(r), full(ORDER - low)))).toBeNull();
  });

  it('is valid without its leading zeros', () => {
    for (;;) {
      const [r, s] = numbers();
      if (r >> 248n !== 0n) continue;
      expect(refusalOf(ecdsa(full(r).subarray(1), full(s)))).toBeNull();
      break;
    }
  });

  it('is not valid with r and s changed over, s beyond the order, or other bytes signed', () => {
    const [r, s] = numbers();
    expect(refusalOf(ecdsa(full(s), full(r)))).toBe('signature-invalid');
    expect(refusalOf(ecdsa(full(r), Buffer.alloc(32, 0xff)))).toBe('signature-invalid');
    const good = ecdsa(full(r), full(s));
    expect(refusalOf(good, key, Buffer.from('other bytes'))).toBe('signature-invalid');
  });
});

describe('a signature by RSA', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const modulus = Buffer.from(rsa.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
  const by = (algorithm: number) =>
    fitKey(
      parsePublic(rsaArea(modulus, { scheme: Buffer.concat([u16(algorithm), u16(0x000b)]) })).key,
    );
  const made = (algorithm: number, options: object, hash = 'sha256') => {
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const value = sign(hash, SIGNED, { key: createPrivateKey(pem), ...options });
    return Buffer.concat([u16(algorithm), u16(0x000b), sized(value)]);
  };
  const pss = (saltLength: number) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

  it('is valid by PKCS #1, and not where another hash or padding is behind the label', () => {
    expect(refusalOf(made(0x0014, {}), by(0x0014))).toBeNull();
    expect(refusalOf(made(0x0014, {}, 'sha1'), by(0x0014))).toBe('signature-invalid');
    expect(refusalOf(made(0x0014, pss(32)), by(0x0014))).toBe('signature-invalid');
    expect(refusalOf(made(0x0016, {}), by(0x0016))).toBe('signature-invalid');
  });

  it('is valid by PSS with a salt as long as the digest, and with as much as fits', () => {
    expect(refusalOf(made(0x0016, pss(32)), by(0x0016))).toBeNull();
    expect(refusalOf(made(0x0016, pss(constants.RSA_PSS_SALTLEN_MAX_SIGN)), by(0x0016))).toBeNull();
  });
});

describe('a TPMT_SIGNATURE', () => {
  it.each(SIGNATURE_CASES)('is refused for $reason: $name', ({ input, reason }) => {
    expect(verifyQuote(input())).toMatchObject({ accepted: false, reason, quoted: null });
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('is refused of %i bytes', (length) => {
    const cut = ecdsa(Buffer.alloc(32, 1), Buffer.alloc(32, 1)).subarray(0, length);
    expect(refusalOf(cut)).toBe('signature-malformed');
  });
});
