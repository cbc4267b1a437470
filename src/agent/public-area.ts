import { Fault } from '../domain/fault.ts';
import { ALG, curveOf, hashOf, isStrong } from '../evidence/tpm/algorithms.ts';
import { parsePublic, type Key } from '../evidence/tpm/public.ts';
import { Malformed } from '../evidence/tpm/reader.ts';

/** As tpm2-tools call the schemes that quote. */
const SCHEMES: ReadonlyMap<number, string> = new Map([
  [ALG.rsassa, 'rsassa'],
  [ALG.rsapss, 'rsapss'],
  [ALG.ecdsa, 'ecdsa'],
]);

/** NV indexes of certificates by kind of key, low range before high range (EK Credential Profile 2.5, 2.2.1). */
const RSA_CERTIFICATES = ['0x01c00002', '0x01c00012'];
const ECC_CERTIFICATES = {
  'P-256': ['0x01c0000a', '0x01c00014'],
  'P-384': ['0x01c00016'],
  'P-521': ['0x01c00018'],
} as const;

/** The names by which tpm2-tools call the scheme and hash of a signing key's TPM2B_PUBLIC. Fault `tpm_key_unfit`. */
export function signingScheme(tpm2bPublic: Buffer): { scheme: string; hash: string } {
  const { key } = read(tpm2bPublic);
  const scheme = key.type === 'other' ? undefined : SCHEMES.get(key.scheme.algorithm);
  const hash = key.type === 'other' ? undefined : hashOf(key.scheme.hash);
  if (scheme === undefined || hash === undefined || !isStrong(hash)) {
    throw unfit('has no scheme that can be quoted with');
  }
  return { scheme, hash: hash.name };
}

/** Where the certificate of an endorsement key may be, by its TPM2B_PUBLIC. Fault `tpm_key_unfit`. */
export function certificateIndexes(tpm2bPublic: Buffer): readonly string[] {
  const { key } = read(tpm2bPublic);
  if (key.type === 'rsa') return RSA_CERTIFICATES;
  const curve = curveIn(key);
  if (curve === undefined) throw unfit('is of a kind that no vendor certifies');
  return ECC_CERTIFICATES[curve.jwk];
}

/** The Name of an object in hex, by which an operator compares it. Fault `tpm_key_unfit`. */
export function nameOf(tpm2bPublic: Buffer): string {
  return Buffer.from(read(tpm2bPublic).name).toString('hex');
}

function curveIn(key: Key) {
  return key.type === 'ecc' ? curveOf(key.curve) : undefined;
}

function read(tpm2bPublic: Buffer) {
  try {
    return parsePublic(tpm2bPublic);
  } catch (error) {
    if (error instanceof Malformed) throw unfit('has a public area that cannot be read');
    throw error;
  }
}

function unfit(what: string): Fault {
  return new Fault('tpm_key_unfit', `a key of the TPM ${what}`, { retryable: false });
}
