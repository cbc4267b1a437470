/** Every reason for which a quote is refused, in the order in which they are looked for. */
export const QUOTE_REFUSALS = [
  'policy-invalid',
  'malformed-evidence',
  'nonce-unknown',
  'host-mismatch',
  'nonce-expired',
  'nonce-consumed',
  'ak-not-enrolled',
  'ak-attributes',
  'ak-scheme',
  'weak-algorithm',
  'sig-alg-mismatch',
  'hash-alg-mismatch',
  'signature-malformed',
  'signature-invalid',
  'bad-magic',
  'wrong-type',
  'attest-malformed',
  'nonce-mismatch',
  'qualified-signer-mismatch',
  'pcr-selection-mismatch',
  'pcr-values-malformed',
  'pcr-digest-mismatch',
  'pcr-policy-mismatch',
  'firmware-mismatch',
  'clock-rollback',
  'clock-unsafe',
  'reboot-required',
  'event-log-missing',
  'event-log-malformed',
  'event-log-mismatch',
] as const;
export type QuoteRefusal = (typeof QUOTE_REFUSALS)[number];

/** Ends a verification: thrown by its steps and caught by `verifyQuote` alone. */
export class Refusal extends Error {
  readonly reason: QuoteRefusal;

  constructor(reason: QuoteRefusal, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'Refusal';
    this.reason = reason;
  }
}

export function refuse(reason: QuoteRefusal, detail: string): never {
  throw new Refusal(reason, detail);
}

/** Does the work, and refuses for the given reason where its bytes are not what they should be. */
export function orRefuse<T>(reason: QuoteRefusal, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(reason, error instanceof Error ? error.message : 'cannot be read', error);
  }
}
