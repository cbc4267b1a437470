import { constants, verify, type SigningOptions, type VerifyKeyObjectInput } from 'node:crypto';
import { ALG } from './algorithms.ts';
import type { AttestationKey } from './attestation-key.ts';
import { leftPadded } from './key-object.ts';
import { Reader } from './reader.ts';
import { orRefuse, refuse } from './refusal.ts';

const MOST_SIGNATURE_BYTES = 2_048;

/**
 * Verifies a TPMT_SIGNATURE (part 2, 11.3.4) over the bytes exactly as they came. Its header is not signed, so it
 * chooses nothing: algorithm and hash are those of the enrolled key, or it is refused.
 */
export function verifySignature(
  signature: Uint8Array,
  signed: Uint8Array,
  key: AttestationKey,
): void {
  const value = orRefuse('signature-malformed', () => parseSignature(signature, key));
  if (!isValid(value, signed, key)) {
    refuse('signature-invalid', 'the enrolled key has not signed this quote');
  }
}

/** The bare signature value, in the form that node:crypto takes. */
function parseSignature(signature: Uint8Array, key: AttestationKey): Uint8Array {
  const reader = new Reader(signature);
  if (reader.u16() !== key.scheme) refuse('sig-alg-mismatch', 'not by the scheme of the key');
  if (reader.u16() !== key.hash.id) refuse('hash-alg-mismatch', 'not over the hash of the key');
  const value =
    key.scheme === ALG.ecdsa ? ecdsaValue(reader, key.curve.size) : rsaValue(reader, key);
  reader.end();
  return value;
}

function rsaValue(reader: Reader, { modulusBytes }: { modulusBytes: number }): Uint8Array {
  const value = reader.sized(MOST_SIGNATURE_BYTES);
  if (value.length !== modulusBytes) {
    refuse('signature-malformed', 'the signature is not as long as the modulus');
  }
  return value;
}

/**
 * r ‖ s at the full length of the curve; a TPM leaves leading zeros out. Half of all honest signatures have a high s,
 * so it is no sign of anything.
 */
function ecdsaValue(reader: Reader, size: number): Uint8Array {
  const r = leftPadded(reader.sized(size), size);
  const s = leftPadded(reader.sized(size), size);
  return Uint8Array.from([...r, ...s]);
}

function isValid(value: Uint8Array, signed: Uint8Array, key: AttestationKey): boolean {
  try {
    return verify(key.hash.name, signed, verifyingKey(key), value);
  } catch {
    return false;
  }
}

function verifyingKey({ scheme, key }: AttestationKey): VerifyKeyObjectInput & SigningOptions {
  switch (scheme) {
    case ALG.rsassa:
      return { key, padding: constants.RSA_PKCS1_PADDING };
    case ALG.rsapss:
      // Some parts salt with the digest's length, others with as much as fits.
      return {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_AUTO,
      };
    case ALG.ecdsa:
      return { key, dsaEncoding: 'ieee-p1363' };
  }
}
