import type { Attestation } from '../src/domain/events.ts';

/** What no attempt knows before it was made. */
export const NOTHING_PROVED = {
  accepted: false,
  proof: '',
  assurance: '',
  trust: '',
  baseline: '',
  attestor: '',
  attestor_says: '',
  reset_count: null,
  expires_at: '',
  evidence: null,
} as const satisfies Partial<Attestation>;

/** A refusal for which nobody had to be asked. */
export function refusedBefore(host: string, reason: string, detail: string): Attestation {
  return { ...NOTHING_PROVED, host, reason, detail };
}

export function tooManyAttempts(host: string): Attestation {
  const detail = 'this incident has had its attempts for now: see attempts in attestation.yaml';
  return refusedBefore(host, 'too-many-attempts', detail);
}
