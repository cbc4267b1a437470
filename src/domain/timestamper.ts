/** What a time-stamping authority said of some bytes. */
export interface Stamped {
  /** A TimeStampResp in DER (RFC 3161, 2.4.2), as it is kept: granted, and nothing else beside the token. */
  token: Uint8Array;
  /** Epoch ms, by the authority's clock. */
  time_ms: number;
  /** The subject of the certificate that signed it. */
  authority: string;
}

/**
 * Asks a time-stamping authority (RFC 3161). Every Fault is retryable: `tsa_unreachable`, `tsa_timeout`,
 * `tsa_http_error`, `tsa_answer_too_large`, `tsa_rejected`, and `tsa_answer_refused` for what does not verify.
 */
export interface Timestamper {
  stamp(bytes: Uint8Array): Promise<Stamped>;
}
