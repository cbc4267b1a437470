import type { QuoteRefusal } from '../../../src/evidence/tpm/refusal.ts';
import type { QuoteDocument, Vector } from './vectors.ts';

/** Yields the vectors of a theme one by one, while the TPM is in the state that they tell of. */
export type Recorder = AsyncGenerator<Vector, void>;

export function accepted(name: string, about: string, input: QuoteDocument): Vector {
  return { name, about, expect: { verdict: 'accept', reason: 'ok' }, input };
}

export function refused(
  name: string,
  about: string,
  reason: QuoteRefusal,
  input: QuoteDocument,
): Vector {
  return { name, about, expect: { verdict: 'reject', reason }, input };
}
