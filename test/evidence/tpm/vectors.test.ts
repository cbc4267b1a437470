import { describe, expect, it } from 'vitest';
import { verifyQuote } from '../../../src/evidence/tpm/quote.ts';
import { QUOTE_REFUSALS } from '../../../src/evidence/tpm/refusal.ts';
import { CASES } from './cases.ts';
import { attestBytes, pretendTpm } from './pretend-tpm.ts';
import { VECTORS, type Vector } from './vectors.ts';

const vectors = [...VECTORS.values()];

function reasonOf(input: unknown): string {
  const verdict = verifyQuote(input);
  return verdict.accepted ? 'ok' : verdict.reason;
}

/** How each kind of attack is told from the others: the vectors and the cases that carry it out. */
const ATTACKS: readonly (readonly [attack: string, by: readonly string[]])[] = [
  [
    'has bytes of his own signed by the real key',
    [
      'a quote with its magic zeroed',
      'a quote with its magic reversed',
      'a quote without its magic',
      'a quote in a TPM2B',
      'another kernel behind forged bytes',
    ],
  ],
  ['plays the boot again into unused PCRs', ['the boot replayed into unused PCRs', 'other PCRs']],
  [
    'quotes few PCRs or none, and adds unsigned values',
    ['no PCR at all', 'fewer PCRs', 'a single PCR', 'an empty bank', 'a value too many'],
  ],
  [
    'plays with the banks',
    [
      'the SHA-1 bank',
      'the bank twice',
      'the bank in two parts',
      'a second bank',
      'the banks in another order',
      'a bank that is switched off',
      'an empty bank behind the asked one',
    ],
  ],
  [
    'enrols a key that signs anything, or that he can copy',
    [
      'an unrestricted key',
      'a key that can move to another TPM',
      'a key that moves encrypted',
      'a key that also decrypts',
      'an imported key',
    ],
  ],
  [
    'lets another key, another TPM or another host answer',
    [
      'the key of another TPM',
      'a quote by another TPM',
      'another key of the same TPM',
      'another key under the enrolled Name',
      'the challenge of another host',
      'an enrolment of another host',
    ],
  ],
  [
    'replays a quote, or has another nonce signed',
    [
      'the quote of an old challenge',
      'the quote of an old challenge by another signature',
      'the first half of the nonce',
      'no nonce',
      'a challenge that was answered',
      'a challenge that is over',
    ],
  ],
  [
    'turns back the counts of the TPM',
    [
      'the very quote again',
      'the first quote after the second',
      'a quote from before a reset',
      'a cleared TPM',
    ],
  ],
  [
    'confuses the algorithms',
    [
      'no signature',
      'r and s of zero',
      'an HMAC with the public key as its key',
      'SHA-1 in the header',
      'another scheme of RSA',
      'a key that signs SHA-1',
      'an RSA key of 1024 bits',
    ],
  ],
  [
    'has something else attested with the right nonce',
    ['a certified key', 'an attested time', 'a certified creation', 'certified NV memory'],
  ],
  [
    'breaks the framing of what is parsed',
    [
      'a byte behind the quote',
      'more selections than bytes',
      'bytes behind ECDSA',
      'a clock neither safe nor unsafe',
      'a signer longer than any Name',
    ],
  ],
];

describe('the recorded quotes', () => {
  it.each(vectors)('$expect.verdict: $name', ({ input, expect: { reason } }: Vector) => {
    expect(reasonOf(input)).toBe(reason);
  });

  it('have names that tell them apart', () => {
    const names = [...vectors, ...CASES].map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

describe('a proof that is spoiled', () => {
  it('would be accepted if it were not', () => {
    expect(reasonOf(pretendTpm().prove(attestBytes()))).toBe('ok');
  });

  it.each(CASES)('is refused for $reason: $name', ({ input, reason }) => {
    expect(reasonOf(input())).toBe(reason);
  });
});

describe('an attacker', () => {
  const inputs = new Map<string, () => unknown>([
    ...vectors.map(({ name, input }) => [name, () => input] as const),
    ...CASES.map(({ name, input }) => [name, input] as const),
  ]);

  it.each(ATTACKS)('is refused who %s', (_attack, names) => {
    for (const name of names) {
      expect(inputs.has(name), `${name} is known`).toBe(true);
      expect(verifyQuote(inputs.get(name)?.()), name).toMatchObject({ accepted: false });
    }
  });

  it('is refused who gets a PCR trusted that no boot has extended', () => {
    const input = structuredClone(VECTORS.get('a quote over one PCR')?.input);
    Object.assign(input?.policy.golden_pcrs['sha256'] ?? {}, { 7: '00'.repeat(32) });
    expect(reasonOf(input)).toBe('policy-invalid');
  });
});

describe('a refusal', () => {
  const reached = new Set<string>([
    ...vectors.map(({ expect: { reason } }) => reason),
    ...CASES.map(({ reason }) => reason),
  ]);

  it.each(QUOTE_REFUSALS)('is shown for %s', (reason) => {
    expect(reached).toContain(reason);
  });
});
