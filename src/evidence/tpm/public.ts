import { createHash } from 'node:crypto';
import { ALG, hashOf, type Hash } from './algorithms.ts';
import { Malformed, Reader } from './reader.ts';

/** Larger than the largest of each: an RSA-4096 modulus, a SHA-512 policy, a P-521 coordinate. */
const MOST_MODULUS_BYTES = 512;
const MOST_POLICY_BYTES = 64;
const MOST_COORDINATE_BYTES = 128;

/** The handle of the endorsement hierarchy, whose Name it is too (part 2, 7.4; part 1, 16). */
const ENDORSEMENT_HIERARCHY = Uint8Array.from([0x40, 0x00, 0x00, 0x0b]);

/** `bits` 0: none. A storage key encrypts what is below it; a signing key has none. */
export interface Symmetric {
  algorithm: number;
  bits: number;
  mode: number;
}

/** `hash`: the identifier as it is written; 0 where the scheme names none. */
export interface Scheme {
  algorithm: number;
  hash: number;
}

interface Common {
  nameAlg: Hash;
  attributes: number;
  symmetric: Symmetric;
  scheme: Scheme;
}

export type Key =
  | (Common & { type: 'rsa'; bits: number; exponent: number; modulus: Uint8Array })
  | (Common & { type: 'ecc'; curve: number; kdf: number; x: Uint8Array; y: Uint8Array })
  /** Anything else has a Name like every object, and signs no quote of ours. */
  | { type: 'other'; nameAlg: Hash; attributes: number };

/** A public area as it was read, with its Name. */
export interface PublicArea {
  key: Key;
  /** nameAlg ‖ H(TPMT_PUBLIC) (part 1, 16). */
  name: Uint8Array;
}

/** Reads a TPM2B_PUBLIC (part 2, 12.2.5). Throws `Malformed`. */
export function parsePublic(bytes: Uint8Array): PublicArea {
  const outer = new Reader(bytes);
  const area = outer.sized(bytes.length);
  outer.end();
  const key = parseArea(area);
  return { key, name: tagged(key.nameAlg, createHash(key.nameAlg.name).update(area).digest()) };
}

/** nameAlg ‖ H(the parent's Qualified Name ‖ Name): which chain of parents an object hangs on (part 1, 16). */
export function qualifiedName(parent: Uint8Array, { key, name }: PublicArea): Uint8Array {
  const digest = createHash(key.nameAlg.name).update(parent).update(name).digest();
  return tagged(key.nameAlg, digest);
}

/** The Qualified Name of a primary key of the endorsement hierarchy. */
export function endorsementName(primary: PublicArea): Uint8Array {
  return qualifiedName(ENDORSEMENT_HIERARCHY, primary);
}

function parseArea(area: Uint8Array): Key {
  const reader = new Reader(area);
  const type = reader.u16();
  const nameAlg = hashOf(reader.u16());
  if (nameAlg === undefined) throw new Malformed('the Name is made with an unknown hash');
  const attributes = reader.u32();
  reader.sized(MOST_POLICY_BYTES);
  if (type !== ALG.rsa && type !== ALG.ecc) return { type: 'other', nameAlg, attributes };
  const common = { nameAlg, attributes, symmetric: symmetric(reader), scheme: scheme(reader) };
  const key = type === ALG.rsa ? rsa(reader, common) : ecc(reader, common);
  reader.end();
  return key;
}

function rsa(reader: Reader, common: Common): Key {
  const bits = reader.u16();
  const exponent = reader.u32();
  return { ...common, type: 'rsa', bits, exponent, modulus: reader.sized(MOST_MODULUS_BYTES) };
}

function ecc(reader: Reader, common: Common): Key {
  const curve = reader.u16();
  const kdf = scheme(reader).algorithm;
  const x = reader.sized(MOST_COORDINATE_BYTES);
  return { ...common, type: 'ecc', curve, kdf, x, y: reader.sized(MOST_COORDINATE_BYTES) };
}

/** TPMT_SYM_DEF_OBJECT (part 2, 11.1.7) */
function symmetric(reader: Reader): Symmetric {
  const algorithm = reader.u16();
  if (algorithm === ALG.null) return { algorithm, bits: 0, mode: ALG.null };
  return { algorithm, bits: reader.u16(), mode: reader.u16() };
}

/** TPMT_RSA_SCHEME, TPMT_ECC_SCHEME and TPMT_KDF_SCHEME (part 2, 11.2): two have no hash, one a counter behind it. */
function scheme(reader: Reader): Scheme {
  const algorithm = reader.u16();
  if (algorithm === ALG.null || algorithm === ALG.rsaes) return { algorithm, hash: 0 };
  const hash = reader.u16();
  if (algorithm === ALG.ecdaa) reader.u16();
  return { algorithm, hash };
}

function tagged({ id }: Hash, digest: Uint8Array): Uint8Array {
  return Uint8Array.from([id >> 8, id & 0xff, ...digest]);
}
