import { createHash, type X509Certificate } from 'node:crypto';
import type { TimestampRefusal, TimestampVerdict } from '../../evidence/timestamp.ts';
import { SHA256 } from './query.ts';
import { isForTimestamps, readCertificate, signerCertificate } from './signer-certificate.ts';
import { sigstoreObjections } from './sigstore-timestamp.ts';
import { readToken, type Token } from './token.ts';

type Refused = Extract<TimestampVerdict, { valid: false }>;

/**
 * Whether the token, as it is kept, says of these very bytes when they were there, signed by an authority that the
 * certificates vouch for (RFC 3161, 2.4.2): by checks of our own, and by Sigstore's. The time is in epoch ms. The
 * nonce is known only to whoever has just asked. Never throws.
 */
export function verifyTimestamp(
  token: Uint8Array,
  bytes: Uint8Array,
  certificates: readonly X509Certificate[],
  asked: { nonce?: Uint8Array } = {},
): TimestampVerdict {
  const read = readToken(token);
  if (read === null) return refuse('malformed', 'it is no granted time stamp as it is kept');
  const refused = checkWhatItSays(read, bytes, asked.nonce);
  if (refused) return refused;
  try {
    return checkWhoSaysIt(read, bytes, certificates);
  } catch {
    // A certificate can be read as one, and hold a key or an extension that cannot.
    return refuse('malformed', 'a certificate of it cannot be read');
  }
}

function checkWhatItSays(
  { info }: Token,
  bytes: Uint8Array,
  nonce: Uint8Array | undefined,
): Refused | null {
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  const imprint = createHash('sha256').update(bytes).digest();
  if (hashAlgorithm.algorithm !== SHA256 || !imprint.equals(Buffer.from(hashedMessage.buffer))) {
    return refuse('wrong_imprint', 'it stamps other bytes');
  }
  if (nonce && !Buffer.from(info.nonce ?? new ArrayBuffer()).equals(nonce)) {
    return refuse('wrong_nonce', 'it answers another question');
  }
  return null;
}

function checkWhoSaysIt(
  token: Token,
  bytes: Uint8Array,
  certificates: readonly X509Certificate[],
): TimestampVerdict {
  const signer = signerOf(token, certificates);
  if ('reason' in signer) return signer;
  const refused =
    checkSigner(token, signer) ?? checkBySigstore(token.bytes, bytes, signer, certificates);
  if (refused) return refused;
  const authority = oneLine(signer.subject);
  return { valid: true, time_ms: token.info.genTime.getTime(), authority };
}

/** The certificate that signed it; every other one that it brings must be trusted, so that none can be changed. */
function signerOf(token: Token, trusted: readonly X509Certificate[]): X509Certificate | Refused {
  const known = new Set(trusted.map(({ fingerprint256 }) => fingerprint256));
  const brought = token.certificates.map(readCertificate).filter((read) => read !== null);
  if (brought.length < token.certificates.length) {
    return refuse('malformed', 'a certificate of it cannot be read');
  }
  const signer = signerCertificate(token.signer, [...trusted, ...brought]);
  if (signer === undefined) return refuse('untrusted', 'nobody knows who signed it');
  const stranger = brought.find(({ fingerprint256 }) => {
    return fingerprint256 !== signer.fingerprint256 && !known.has(fingerprint256);
  });
  return stranger ? refuse('untrusted', `it brings ${oneLine(stranger.subject)}`) : signer;
}

function checkSigner({ info, signer }: Token, certificate: X509Certificate): Refused | null {
  const name = oneLine(certificate.subject);
  if (!isForTimestamps(certificate)) {
    return refuse('unsuitable_certificate', `${name} is not for time stamps alone`);
  }
  const { validFromDate, validToDate, publicKey } = certificate;
  if (info.genTime < validFromDate || info.genTime > validToDate) {
    return refuse('expired_certificate', `${name} was not valid at ${info.genTime.toISOString()}`);
  }
  const { signatureAlgorithm, digestAlgorithm } = signer;
  const known = ALGORITHMS[signatureAlgorithm.algorithm];
  const isKnown =
    known?.key === publicKey.asymmetricKeyType &&
    known?.digest === digestAlgorithm.algorithm &&
    !signatureAlgorithm.parameters;
  return isKnown ? null : refuse('untrusted', 'it is signed in a way that is not known');
}

/** id-sha384 and id-sha512 (RFC 5754, 2.3 and 2.4) */
const SHA384 = '2.16.840.1.101.3.4.2.2';
const SHA512 = '2.16.840.1.101.3.4.2.3';

/** What Sigstore's verifier can check, by the identifiers of RFC 5754, 3; any other it would take for SHA-256. */
const ALGORITHMS: Readonly<Record<string, { key: 'ec' | 'rsa'; digest: string }>> = {
  '1.2.840.10045.4.3.2': { key: 'ec', digest: SHA256 },
  '1.2.840.10045.4.3.3': { key: 'ec', digest: SHA384 },
  '1.2.840.10045.4.3.4': { key: 'ec', digest: SHA512 },
  '1.2.840.113549.1.1.1': { key: 'rsa', digest: SHA256 },
  '1.2.840.113549.1.1.11': { key: 'rsa', digest: SHA256 },
};

function checkBySigstore(
  token: Uint8Array,
  bytes: Uint8Array,
  signer: X509Certificate,
  trusted: readonly X509Certificate[],
): Refused | null {
  const objections = sigstoreObjections(token, bytes, signer, trusted);
  return objections === '' ? null : refuse('untrusted', objections);
}

/** Node gives a distinguished name as lines. */
function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

function refuse(reason: TimestampRefusal, detail: string): Refused {
  return { valid: false, reason, detail };
}
