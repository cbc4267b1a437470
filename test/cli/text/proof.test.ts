import { describe, expect, it } from 'vitest';
import { proofOf } from '../../../src/cli/text/proof.ts';
import { ASSURANCES, TRUSTS } from '../../../src/domain/enrolment.ts';
import { PROOFS, type Attestation } from '../../../src/domain/events.ts';
import { CLAIMED } from '../../support/attestations.ts';

const WORDS: readonly [Partial<Attestation>, string][] = [
  [
    { proof: 'tpm_quote', assurance: 'hardware', trust: 'ek-certificate', baseline: 'spring' },
    'by a TPM quote (hardware assurance, key certified by its TPM, baseline spring)',
  ],
  [
    { proof: 'tpm_quote', assurance: 'software', trust: 'operator-tofu', baseline: 'boot' },
    'by a TPM quote (software assurance, key trusted by an operator on first use, baseline boot)',
  ],
  [
    { proof: 'attestor_claim', assurance: 'software' },
    "by its own attestor's claim, which is no proof (software assurance)",
  ],
  [{ proof: '', assurance: 'software' }, 'by an attestor (software assurance)'],
  [{ proof: '', assurance: '' }, 'by an attestor'],
];

const COMBINATIONS = ['' as const, ...PROOFS].flatMap((proof) =>
  ['' as const, ...ASSURANCES].flatMap((assurance) =>
    ['' as const, ...TRUSTS].flatMap((trust) =>
      ['', 'boot'].map((baseline) => ({ ...CLAIMED, proof, assurance, trust, baseline })),
    ),
  ),
);

describe('what a host was believed by', () => {
  it.each(WORDS)('of %j is said in words', (given, words) => {
    expect(proofOf({ ...CLAIMED, ...given })).toBe(words);
  });

  it('is told apart in every combination, and reads as a sentence in each', () => {
    const said = COMBINATIONS.map(proofOf);
    expect(new Set(said).size).toBe(COMBINATIONS.length);
    for (const words of said) expect(words).toMatch(/^by [^(]*[^( ]( \([^ ,].*[^ ,]\))?$/);
  });

  it('is never called a proof where it is a claim', () => {
    const claims = COMBINATIONS.filter(({ proof }) => proof === 'attestor_claim');
    for (const claim of claims) expect(proofOf(claim)).toContain('which is no proof');
  });
});
