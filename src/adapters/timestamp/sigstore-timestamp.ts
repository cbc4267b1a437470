import type { X509Certificate } from 'node:crypto';
import { RFC3161Timestamp, X509Certificate as SigstoreCertificate } from '@sigstore/core';
import {
  type SignedEntity,
  type TrustMaterial,
  VerificationError,
  Verifier,
} from '@sigstore/verify';

/** What is asked about is the time alone: no log, no certificate of the signer of what is stamped. */
const ONE_TIMESTAMP = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 1 };

/** A root is trusted for as long as its certificate is valid, and that is checked for itself. */
const ALWAYS = { start: new Date(0), end: new Date(8_640_000_000_000_000) };

/**
 * Whether Sigstore accepts the time stamp of these bytes by the leaf and the certificates above it: the imprint, the
 * signature, the chain, and that each certificate of it was valid then. '' where it does, else why not.
 */
export function sigstoreObjections(
  token: Uint8Array,
  bytes: Uint8Array,
  leaf: X509Certificate,
  trusted: readonly X509Certificate[],
): string {
  const certChain = [leaf, ...trusted].map(({ raw }) =>
    SigstoreCertificate.parse(Buffer.from(raw)),
  );
  const trust: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [{ certChain, validFor: ALWAYS }],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: leaf.publicKey, validFor: () => true }),
  };
  try {
    new Verifier(trust, ONE_TIMESTAMP).verify(stampedEntity(token, bytes));
    return '';
  } catch (error) {
    if (error instanceof VerificationError) return error.message;
    return error instanceof Error ? `it cannot be read: ${error.message}` : 'it cannot be read';
  }
}

/** What is stamped may be any bytes: whose signature they are, if they are one, is not asked here. */
function stampedEntity(token: Uint8Array, bytes: Uint8Array): SignedEntity {
  const nobody = () => false;
  return {
    signature: {
      signature: Buffer.from(bytes),
      compareSignature: nobody,
      compareDigest: nobody,
      compareSignedDigest: nobody,
      verifySignature: () => true,
    },
    key: { $case: 'public-key', hint: '' },
    tlogEntries: [],
    timestamps: [
      { $case: 'timestamp-authority', timestamp: RFC3161Timestamp.parse(Buffer.from(token)) },
    ],
  };
}
