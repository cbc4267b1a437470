/** Identifiers of the TCG Algorithm Registry, 6.2 (TPM_ALG_ID). */
export const ALG = {
  rsa: 0x0001,
  sha1: 0x0004,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  null: 0x0010,
  sm3: 0x0012,
  rsassa: 0x0014,
  rsaes: 0x0015,
  rsapss: 0x0016,
  ecdsa: 0x0018,
  ecdaa: 0x001a,
  ecc: 0x0023,
} as const;

/** A hash by its identifier, the name that node:crypto knows it by, and the length of its digest in bytes. */
export interface Hash {
  id: number;
  name: string;
  size: number;
}

export const SHA1: Hash = { id: ALG.sha1, name: 'sha1', size: 20 };
export const SHA256: Hash = { id: ALG.sha256, name: 'sha256', size: 32 };
export const SHA384: Hash = { id: ALG.sha384, name: 'sha384', size: 48 };
export const SHA512: Hash = { id: ALG.sha512, name: 'sha512', size: 64 };

/** Every bank that a TPM is known to have; only those of a policy can be trusted. */
const BANKS: ReadonlyMap<string, Hash> = byName([SHA1, SHA256, SHA384, SHA512]);
const HASHES: ReadonlyMap<number, Hash> = byId([SHA1, SHA256, SHA384, SHA512]);

export function bankOf(name: string): Hash | undefined {
  return BANKS.get(name);
}

export function hashOf(id: number): Hash | undefined {
  return HASHES.get(id);
}

/** SHA-1 may be met, and must not decide anything. */
export function isStrong({ id }: Hash): boolean {
  return id !== ALG.sha1;
}

/** A curve by its TPM_ECC_CURVE, its JWK name, and the length of a coordinate in bytes. */
export interface Curve {
  jwk: 'P-256' | 'P-384' | 'P-521';
  /** As node:crypto's ECDH calls it. */
  ecdh: string;
  size: number;
}

/** TCG Algorithm Registry, 6.4. */
const CURVES: ReadonlyMap<number, Curve> = new Map([
  [0x0003, { jwk: 'P-256', ecdh: 'prime256v1', size: 32 }],
  [0x0004, { jwk: 'P-384', ecdh: 'secp384r1', size: 48 }],
  [0x0005, { jwk: 'P-521', ecdh: 'secp521r1', size: 66 }],
]);

export function curveOf(id: number): Curve | undefined {
  return CURVES.get(id);
}

function byName(hashes: readonly Hash[]): Map<string, Hash> {
  return new Map(hashes.map((hash) => [hash.name, hash]));
}

function byId(hashes: readonly Hash[]): Map<number, Hash> {
  return new Map(hashes.map((hash) => [hash.id, hash]));
}
