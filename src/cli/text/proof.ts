import type { Attestation } from '../../domain/events.ts';

const PROOFS = {
  tpm_quote: 'by a TPM quote',
  attestor_claim: "by its own attestor's claim, which is no proof",
  '': 'by an attestor',
} as const;

const TRUSTS = {
  'ek-certificate': 'key certified by its TPM',
  'operator-tofu': 'key trusted by an operator on first use',
  '': '',
} as const;

/** What a host was believed by, and what that is worth: never said without the other. */
export function proofOf({ proof, trust, assurance, baseline }: Attestation): string {
  const matched = baseline === '' ? '' : `baseline ${baseline}`;
  const assured = assurance === '' ? '' : `${assurance} assurance`;
  const worth = [assured, TRUSTS[trust], matched].filter((part) => part !== '').join(', ');
  return worth === '' ? PROOFS[proof] : `${PROOFS[proof]} (${worth})`;
}
