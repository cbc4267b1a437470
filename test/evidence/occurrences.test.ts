import { expect, it } from 'vitest';
import { occurringIn, soughtBy } from '../../src/evidence/occurrences.ts';

const found = (text: string, texts: string[]) => [...occurringIn(text, soughtBy(3, texts))];

it('finds every text wherever it begins, also where several begin alike', () => {
  expect(found('abcabcd', ['abc', 'abcd', 'bcd', 'cde'])).toEqual(['abc', 'abc', 'abcd', 'bcd']);
});

it('finds one that is the whole, and none that is longer', () => {
  expect(found('abc', ['abc', 'abcd'])).toEqual(['abc']);
});

it('does not look for what is too short', () => {
  expect(found('ab', ['ab'])).toEqual([]);
});
