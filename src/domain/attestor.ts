/** Why a host was not believed. */
export type AttestationRefusal =
  | 'unconfigured'
  | 'refused'
  | 'bad_answer'
  | 'bad_hmac'
  | 'wrong_nonce'
  | 'stale'
  | 'not_trusted'
  | 'not_verified'
  | 'weak_assurance';

/** `evidence` is the attestor's answer, byte for byte. */
export type AttestationVerdict =
  | {
      accepted: true;
      assurance: 'hardware' | 'software';
      attestor: string;
      evidence: Uint8Array;
      detail: string;
    }
  | { accepted: false; reason: AttestationRefusal; detail: string; evidence?: Uint8Array };

/** What an AbortSignal is to us, in a place that has no platform types. */
export interface Cancellation {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}

/** Asks a host to prove its state. */
export interface Attestor {
  /**
   * `nonce`: 64 lower-case hex digits, used once. A security refusal is a verdict; an attestor that
   * cannot be reached or is out of order throws a retryable `Fault` (`attestor_unreachable`,
   * `attestor_timeout`, `attestor_failing`).
   */
  attest(host: string, nonce: string, signal?: Cancellation): Promise<AttestationVerdict>;
}
