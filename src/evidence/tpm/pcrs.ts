import { createHash } from 'node:crypto';
import type { PcrSelection, PcrValues } from '../../domain/pcr-policy.ts';
import { bankOf, type Hash } from './algorithms.ts';
import type { Attest, SignedSelection } from './attest.ts';
import { refuse } from './refusal.ts';

/** TPM2_PCR_SELECT_MIN of a PC Client TPM: 24 PCRs. */
const MASK_BYTES = 3;

/**
 * The signed selection is the policy's, bank by bank: no subset, no superset, no other order. A TPM clears the bits
 * of a bank that is switched off, and signs the digest of nothing.
 */
export function checkSelection(signed: SignedSelection[], wanted: readonly PcrSelection[]): void {
  const same =
    signed.length === wanted.length &&
    wanted.every(({ bank, pcrs }, at) => {
      const { hash, mask } = signed[at] ?? { hash: 0, mask: new Uint8Array() };
      return hash === bankOf(bank)?.id && equal(mask, maskOf(pcrs));
    });
  if (!same) refuse('pcr-selection-mismatch', 'the quote is over other PCRs than the policy asks');
}

/** The values that came beside the quote are those it is over, each of exact length. Only then are they facts. */
export function checkValues(
  values: PcrValues,
  { pcrDigest }: Pick<Attest, 'pcrDigest'>,
  wanted: readonly PcrSelection[],
  signingHash: Hash,
): void {
  if (!samePcrs(values, wanted)) {
    refuse('pcr-values-malformed', 'the values are not of the PCRs that the quote is over');
  }
  // The hash of the key's scheme and not that of the bank (part 3, 18.4).
  const digest = createHash(signingHash.name);
  for (const { bank, pcrs } of wanted) {
    for (const pcr of pcrs) digest.update(Buffer.from(values[bank]?.[pcr] ?? '', 'hex'));
  }
  if (!equal(pcrDigest, digest.digest())) {
    refuse('pcr-digest-mismatch', 'the values are not those that the TPM has signed');
  }
}

/** Every selected PCR has its known-good value. */
export function checkGolden(
  values: PcrValues,
  golden: PcrValues,
  wanted: readonly PcrSelection[],
): void {
  const differing = wanted.flatMap(({ bank, pcrs }) =>
    pcrs
      .filter((pcr) => values[bank]?.[pcr] !== golden[bank]?.[pcr])
      .map((pcr) => `PCR ${pcr} of ${bank} is ${values[bank]?.[pcr]}`),
  );
  if (differing.length > 0) {
    refuse('pcr-policy-mismatch', `not as the baseline has it: ${differing.join(', ')}`);
  }
}

function samePcrs(values: PcrValues, wanted: readonly PcrSelection[]): boolean {
  if (Object.keys(values).length !== wanted.length) return false;
  return wanted.every(({ bank, pcrs }) => {
    const given = values[bank] ?? {};
    const hexDigits = 2 * (bankOf(bank)?.size ?? 0);
    return (
      Object.keys(given).length === pcrs.length &&
      pcrs.every((pcr) => given[pcr]?.length === hexDigits)
    );
  });
}

function maskOf(pcrs: readonly number[]): Uint8Array {
  const mask = new Uint8Array(MASK_BYTES);
  for (const pcr of pcrs) mask[pcr >> 3] = (mask[pcr >> 3] ?? 0) | (1 << (pcr & 7));
  return mask;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
