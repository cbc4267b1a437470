import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { curveOf } from './algorithms.ts';
import { eccKeyObject, rsaKeyObject } from './key-object.ts';
import { pathLength } from './path-length.ts';
import type { PublicArea } from './public.ts';

/** tcg-kp-EKCertificate (TCG EK Credential Profile, 3.2.16) */
const EK_CERTIFICATE = '2.23.133.8.1';
/** Leaf, intermediates and root; vendors use four at the most. */
const LONGEST_CHAIN = 5;

/** A pinned authority: its root, and the intermediates that a host need not send. */
export interface EkRoot {
  name: string;
  certificates: readonly X509Certificate[];
}

export type EkVerdict =
  | { trusted: true; root: string; fingerprint: string }
  | {
      trusted: false;
      reason:
        | 'ek-certificate-unreadable'
        | 'ek-certificate-unsuitable'
        | 'ek-certificate-not-yet-valid'
        | 'ek-certificate-expired'
        | 'ek-certificate-untrusted'
        | 'ek-key-mismatch';
      detail: string;
    };

/**
 * Whether the certificate is one of a TPM's endorsement key, made for this key, by an authority that is pinned. `der`
 * may have bytes behind it, as NV memory does. `nowMs`: epoch ms.
 */
export function verifyEkCertificate(
  der: Uint8Array,
  endorsement: PublicArea,
  roots: readonly EkRoot[],
  nowMs: number,
): EkVerdict {
  const leaf = readCertificate(der);
  if (leaf === null) return refused('ek-certificate-unreadable', 'it is not an X.509 certificate');
  if (leaf.ca || !String(leaf.keyUsage).split(',').includes(EK_CERTIFICATE)) {
    return refused('ek-certificate-unsuitable', 'it is not the certificate of an endorsement key');
  }
  // The key that is challenged must be the very one that the certificate speaks of.
  if (!isKeyOf(leaf, endorsement)) {
    return refused('ek-key-mismatch', 'it certifies another key than the TPM shows');
  }
  for (const root of roots) {
    const chain = chainTo(root, leaf);
    if (chain !== null) return judgeChain(root.name, chain, leaf, nowMs);
  }
  return refused('ek-certificate-untrusted', 'no pinned authority has issued it');
}

function readCertificate(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(trimmed(der));
  } catch {
    return null;
  }
}

/** A DER SEQUENCE with a length of two bytes, which any certificate has (X.690, 8.1.3.5); NV memory is larger. */
function trimmed(der: Uint8Array): Uint8Array {
  if (der[0] !== 0x30 || der[1] !== 0x82) return der;
  return der.subarray(0, 4 + ((der[2] ?? 0) << 8) + (der[3] ?? 0));
}

function isKeyOf(leaf: X509Certificate, { key }: PublicArea): boolean {
  try {
    return leaf.publicKey.equals(keyObject(key));
  } catch {
    // Some vendors name an RSA key in a way that OpenSSL does not load: an operator may compare it instead.
    return false;
  }
}

function keyObject(key: PublicArea['key']): KeyObject {
  if (key.type === 'rsa') return rsaKeyObject(key.modulus);
  const curve = key.type === 'ecc' ? curveOf(key.curve) : undefined;
  if (key.type !== 'ecc' || curve === undefined) throw new TypeError('not an endorsement key');
  return eccKeyObject(curve, key);
}

/** Leaf first, self-issued root last; null where no chain of the pinned certificates leads there. */
function chainTo({ certificates }: EkRoot, leaf: X509Certificate): X509Certificate[] | null {
  const chain = [leaf];
  while (chain.length < LONGEST_CHAIN) {
    const last = chain.at(-1) ?? leaf;
    if (last !== leaf && issued(last, last)) return chain;
    const issuer = certificates.find((c) => !chain.includes(c) && c.ca && issued(c, last));
    if (issuer === undefined) return null;
    chain.push(issuer);
  }
  return null;
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function judgeChain(
  root: string,
  chain: readonly X509Certificate[],
  leaf: X509Certificate,
  nowMs: number,
): EkVerdict {
  for (const [depth, certificate] of chain.entries()) {
    const { subject, validFromDate, validToDate } = certificate;
    if (validFromDate.getTime() > nowMs) return refused('ek-certificate-not-yet-valid', subject);
    if (validToDate.getTime() < nowMs) return refused('ek-certificate-expired', subject);
    // How many authorities may stand between this one and the leaf (RFC 5280, 4.2.1.9).
    if (depth - 1 > (pathLength(certificate.raw) ?? Infinity)) {
      return refused('ek-certificate-untrusted', `${subject} may not certify authorities`);
    }
  }
  const fingerprint = createHash('sha256').update(leaf.raw).digest('hex');
  return { trusted: true, root, fingerprint };
}

function refused(
  reason: Extract<EkVerdict, { trusted: false }>['reason'],
  detail: string,
): EkVerdict {
  return { trusted: false, reason, detail };
}
