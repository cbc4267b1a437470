import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { Fault } from '../domain/fault.ts';
import { sha256Hex } from './digest.ts';

/** An Ed25519 key that signatures are checked with. */
export interface PublicKey {
  /** SHA-256 of the SPKI DER, hex. */
  keyId: string;
  /** SPKI PEM, in the one form that this module writes. */
  pem: string;
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Our own Ed25519 key. The private part stays inside. */
export interface SigningKey {
  publicKey: PublicKey;
  sign(bytes: Uint8Array): Uint8Array;
}

/** A new key as PKCS #8 PEM, which the caller keeps in a file that nobody else can read. */
export function generateSigningKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Takes PKCS #8 PEM. Throws Fault `bad_key`, which never quotes what it was given. */
export function loadSigningKey(pem: string | Uint8Array): SigningKey {
  const privateKey = ed25519(() => createPrivateKey(bufferOf(pem)), 'a private key');
  return {
    publicKey: publicKeyOf(createPublicKey(privateKey)),
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

/** Takes SPKI PEM. Throws Fault `bad_key`. */
export function loadPublicKey(pem: string | Uint8Array): PublicKey {
  return publicKeyOf(ed25519(() => createPublicKey(bufferOf(pem)), 'a public key'));
}

function publicKeyOf(key: KeyObject): PublicKey {
  return {
    keyId: sha256Hex(key.export({ type: 'spki', format: 'der' })),
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
    verify: (bytes, signature) => verify(null, bytes, key, signature),
  };
}

function ed25519(load: () => KeyObject, what: string): KeyObject {
  let key;
  try {
    key = load();
  } catch (cause) {
    throw new Fault('bad_key', `${what} in PEM could not be read`, { retryable: false, cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  const type = key.asymmetricKeyType ?? 'unknown';
  throw new Fault('bad_key', `${what} is ${type} and not ed25519`, { retryable: false });
}

function bufferOf(pem: string | Uint8Array): Buffer {
  return Buffer.from(typeof pem === 'string' ? Buffer.from(pem) : pem);
}
