import { sigstoreBundleSchema } from '../domain/sigstore-bundle.ts';
import { parseCanonicalLine } from './canonical.ts';
import { decodeBase64 } from './dsse.ts';

/** Of a TimeStampResp, as we keep it. */
export const TIMESTAMP_MEDIA_TYPE = 'application/timestamp-reply';

export type TimestampRefusal =
  /** No granted TimeStampResp in the one form that is kept. */
  | 'malformed'
  /** It stamps other bytes. */
  | 'wrong_imprint'
  /** It answers another question than ours. */
  | 'wrong_nonce'
  /** Whoever signed it may not sign time stamps. */
  | 'unsuitable_certificate'
  /** A certificate of it was not valid at the time that it states. */
  | 'expired_certificate'
  /** It has a certificate, or a signature, that the trusted ones do not vouch for. */
  | 'untrusted';

export type TimestampVerdict =
  | { valid: true; time_ms: number; authority: string }
  | { valid: false; reason: TimestampRefusal; detail: string };

/** Whether the token says of these very bytes when they were there; `time_ms` is then vouched for. Never throws. */
export type VerifyTimestamp = (token: Uint8Array, bytes: Uint8Array) => TimestampVerdict;

/**
 * What of a manifest is time-stamped: the bytes of its signature, as a Sigstore bundle has it in
 * `rfc3161Timestamps`. Null for what is no manifest. It does not verify the signature.
 */
export function stampedBytesOf(manifest: Uint8Array): Uint8Array | null {
  const bundle = sigstoreBundleSchema.safeParse(parseCanonicalLine(manifest));
  const signature = bundle.success ? bundle.data.dsseEnvelope.signatures[0] : undefined;
  return signature === undefined ? null : (decodeBase64(signature.sig) ?? null);
}
