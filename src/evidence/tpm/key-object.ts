import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Curve } from './algorithms.ts';
import { Malformed } from './reader.ts';

/** An RSA key with the usual exponent, 65537. Throws `Malformed` where the modulus is none. */
export function rsaKeyObject(modulus: Uint8Array): KeyObject {
  return imported({ kty: 'RSA', n: base64url(modulus), e: 'AQAB' });
}

/** Throws `Malformed` where the coordinates are not those of a point of the curve. */
export function eccKeyObject(curve: Curve, point: { x: Uint8Array; y: Uint8Array }): KeyObject {
  const [x, y] = [leftPadded(point.x, curve.size), leftPadded(point.y, curve.size)];
  return imported({ kty: 'EC', crv: curve.jwk, x: base64url(x), y: base64url(y) });
}

/** A number at a length; a TPM leaves leading zeros out, and a JWK must have them (RFC 7518, 6.2.1.2). */
export function leftPadded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size) throw new Malformed(`a number has more than ${size} bytes`);
  const padded = new Uint8Array(size);
  padded.set(bytes, size - bytes.length);
  return padded;
}

function imported(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new Malformed('the numbers of the key are not those of a key');
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
