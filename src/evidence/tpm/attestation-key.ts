import type { KeyObject } from 'node:crypto';
import { ALG, curveOf, hashOf, isStrong, type Curve, type Hash } from './algorithms.ts';
import { eccKeyObject, rsaKeyObject } from './key-object.ts';
import type { Key } from './public.ts';
import { orRefuse, refuse } from './refusal.ts';

/** TPMA_OBJECT (part 2, 8.3): what makes a key one that signs nothing but what its TPM has made. */
const REQUIRED =
  bit(1) | // fixedTPM
  bit(4) | // fixedParent
  bit(5) | // sensitiveDataOrigin
  bit(16) | // restricted
  bit(18); // sign

/** decrypt, encryptedDuplication and x509sign, each of which could be turned against it, and the reserved bits. */
const ALLOWED =
  REQUIRED |
  bit(2) | // stClear
  bit(6) | // userWithAuth
  bit(7) | // adminWithPolicy
  bit(8) | // firmwareLimited
  bit(9) | // svnLimited
  bit(10); // noDA

const LEAST_RSA_BITS = 2048;
const USUAL_EXPONENT = 65_537;

/** A key that is fit to sign quotes, with the one algorithm that it may do so by. */
export type AttestationKey =
  | {
      scheme: typeof ALG.rsassa | typeof ALG.rsapss;
      hash: Hash;
      key: KeyObject;
      modulusBytes: number;
    }
  | { scheme: typeof ALG.ecdsa; hash: Hash; key: KeyObject; curve: Curve };

/** The key, if its TPM lets it sign only what the TPM itself has made, and by strong algorithms. Refuses otherwise. */
export function fitKey(key: Key): AttestationKey {
  checkAttributes(key.attributes);
  if (key.type === 'other') return refuse('ak-scheme', 'the key is neither RSA nor ECC');
  if (key.symmetric.algorithm !== ALG.null) refuse('ak-scheme', 'the key is a storage key');
  if (!isStrong(key.nameAlg)) refuse('weak-algorithm', 'the Name is made with SHA-1');
  return key.type === 'rsa' ? fitRsa(key) : fitEcc(key);
}

function checkAttributes(attributes: number): void {
  if ((attributes & REQUIRED) !== REQUIRED) {
    refuse('ak-attributes', 'the key is not a restricted signing key that never left its TPM');
  }
  if ((attributes & ~ALLOWED) !== 0) {
    refuse('ak-attributes', 'the key may do more than sign, or has attributes that are reserved');
  }
}

function fitRsa(key: Extract<Key, { type: 'rsa' }>): AttestationKey {
  const { algorithm } = key.scheme;
  if (algorithm !== ALG.rsassa && algorithm !== ALG.rsapss) {
    return refuse('ak-scheme', 'the key signs neither by RSASSA nor by RSAPSS');
  }
  const { bits, exponent, modulus } = key;
  if (bits < LEAST_RSA_BITS || modulus.length * 8 !== bits || (modulus[0] ?? 0) < 0x80) {
    refuse('weak-algorithm', `the modulus is not one of at least ${LEAST_RSA_BITS} bits`);
  }
  if (exponent !== 0 && exponent !== USUAL_EXPONENT) {
    refuse('weak-algorithm', `the exponent is not ${USUAL_EXPONENT}`);
  }
  const hash = signingHash(key.scheme.hash);
  const imported = orRefuse('weak-algorithm', () => rsaKeyObject(modulus));
  return { scheme: algorithm, hash, key: imported, modulusBytes: modulus.length };
}

function fitEcc(key: Extract<Key, { type: 'ecc' }>): AttestationKey {
  const { algorithm } = key.scheme;
  if (algorithm !== ALG.ecdsa) return refuse('ak-scheme', 'the key does not sign by ECDSA');
  const curve = curveOf(key.curve);
  if (curve === undefined)
    return refuse('weak-algorithm', 'the curve is not P-256, P-384 or P-521');
  if (key.kdf !== ALG.null) refuse('ak-scheme', 'the key is one to derive others from');
  const hash = signingHash(key.scheme.hash);
  const imported = orRefuse('weak-algorithm', () => eccKeyObject(curve, key));
  return { scheme: algorithm, hash, key: imported, curve };
}

function signingHash(id: number): Hash {
  const hash = hashOf(id);
  if (hash === undefined || !isStrong(hash)) {
    return refuse('weak-algorithm', 'the key does not sign over SHA-256, SHA-384 or SHA-512');
  }
  return hash;
}

function bit(number: number): number {
  return 1 << number;
}
