import {
  constants,
  createCipheriv,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';
import { ALG, curveOf } from './algorithms.ts';
import { eccKeyObject, rsaKeyObject } from './key-object.ts';
import { kdfa, kdfe, zeroEnded } from './kdf.ts';
import type { Key, PublicArea } from './public.ts';
import { Malformed } from './reader.ts';

const AES_BITS: readonly number[] = [128, 192, 256];

/** What only the holder of an endorsement key can open, and only for the object of one Name. */
export interface Credential {
  /** TPM2B_ID_OBJECT */
  credential: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET */
  secret: Uint8Array;
}

/**
 * TPM2_MakeCredential (TPM 2.0 Library, part 1, 24; part 3, 12.6), done without a TPM. Whoever returns `secret` has
 * both the endorsement key and, in the same TPM, the object with the Name. `seed` is as many random bytes as the
 * digest of the endorsement key's Name; an ECC key derives its own. Throws `Malformed` for a key that cannot serve.
 */
export function makeCredential(
  endorsement: PublicArea,
  name: Uint8Array,
  secret: Uint8Array,
  seed: Uint8Array,
): Credential {
  const { key } = endorsement;
  if (key.type === 'other') throw new Malformed('an endorsement key is RSA or ECC');
  const { algorithm, bits } = key.symmetric;
  if (algorithm !== ALG.aes || !AES_BITS.includes(bits)) {
    throw new Malformed('an endorsement key encrypts by AES');
  }
  const shared = shareSeed(key, seed);
  return { credential: identityObject(key, shared.seed, name, secret), secret: shared.encrypted };
}

interface SharedSeed {
  seed: Uint8Array;
  encrypted: Uint8Array;
}

type RsaKey = Extract<Key, { type: 'rsa' }>;
type EccKey = Extract<Key, { type: 'ecc' }>;

/** The numbers of the key are those of a host that is not trusted yet, and may be no key's. */
function shareSeed(key: RsaKey | EccKey, seed: Uint8Array): SharedSeed {
  try {
    return key.type === 'rsa' ? wrapSeed(key, seed) : agreeOnSeed(key);
  } catch {
    throw new Malformed('the endorsement key cannot be used');
  }
}

/** By RSAES-OAEP with the hash of the Name (part 1, B.10.4). */
function wrapSeed(key: RsaKey, seed: Uint8Array): SharedSeed {
  const wrapped = publicEncrypt(
    {
      key: rsaKeyObject(key.modulus),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: key.nameAlg.name,
      oaepLabel: zeroEnded('IDENTITY'),
    },
    seed,
  );
  return { seed, encrypted: sized(wrapped) };
}

/** By a one-pass ECDH with an ephemeral key, whose point is sent along (part 1, C.6.4). */
function agreeOnSeed(key: EccKey): SharedSeed {
  const curve = curveOf(key.curve);
  if (curve === undefined) throw new Malformed('the endorsement key is on an unknown curve');
  const ephemeral = generateKeyPairSync('ec', { namedCurve: curve.ecdh });
  const point = pointOf(ephemeral.publicKey);
  const z = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: eccKeyObject(curve, key),
  });
  const parties = { u: point.x, v: key.x };
  const seed = kdfe(key.nameAlg, z, 'IDENTITY', parties, key.nameAlg.size * 8);
  return { seed, encrypted: sized(Buffer.concat([sized(point.x), sized(point.y)])) };
}

/** TPMS_ID_OBJECT in its TPM2B: an HMAC over the encrypted credential and the Name, then the credential. */
function identityObject(
  { nameAlg, symmetric }: RsaKey | EccKey,
  seed: Uint8Array,
  name: Uint8Array,
  secret: Uint8Array,
): Uint8Array {
  const { bits } = symmetric;
  const storageKey = kdfa(nameAlg, seed, 'STORAGE', name, bits);
  // The key is used once, so that the initial vector may be zero (part 1, 24.4).
  const cipher = createCipheriv(`aes-${bits}-cfb`, storageKey, new Uint8Array(16));
  const identity = Buffer.concat([cipher.update(sized(secret)), cipher.final()]);
  const hmacKey = kdfa(nameAlg, seed, 'INTEGRITY', new Uint8Array(), nameAlg.size * 8);
  const hmac = createHmac(nameAlg.name, hmacKey).update(identity).update(name).digest();
  return sized(Buffer.concat([sized(hmac), identity]));
}

function pointOf(key: KeyObject): { x: Uint8Array; y: Uint8Array } {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
}

/** A TPM2B. */
function sized(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([bytes.length >> 8, bytes.length & 0xff, ...bytes]);
}
