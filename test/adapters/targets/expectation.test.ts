import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/adapters/targets/expectation.ts';

const MODEL = { subject: 'model', otherwise: '*' };

describe('compare', () => {
  it.each([
    ['a scalar', { a: 1 }, { a: 1 }, 'met'],
    ['another scalar', { a: 2 }, { a: 1 }, 'unmet'],
    ['a number as text', { a: '1' }, { a: 1 }, 'unmet'],
    ['null', { a: null }, { a: null }, 'met'],
    ['a dotted path', { a: { b: true } }, { 'a.b': true }, 'met'],
    ['nothing under the path', { a: {} }, { 'a.b': true }, 'absent'],
    ['something inherited', {}, { toString: 'x' }, 'absent'],
    ['no document', undefined, { a: 1 }, 'absent'],
    ['a list with the model', { q: ['m'] }, { q: { includes: MODEL } }, 'met'],
    ['a list without the model', { q: ['n'] }, { q: { includes: MODEL } }, 'unmet'],
    ['a list that lacks the model', { q: ['n'] }, { q: { excludes: MODEL } }, 'met'],
    ['a list that still has the model', { q: ['m'] }, { q: { excludes: MODEL } }, 'unmet'],
    ['no list', { q: 'm' }, { q: { excludes: MODEL } }, 'absent'],
    ['a list with a scalar', { q: [7] }, { q: { includes: 7 } }, 'met'],
  ] as const)('reads %s', (_what, document, expectations, verdict) => {
    const comparison = compare(document, expectations, { model: 'm' });
    expect(comparison[verdict]).toEqual(Object.keys(expectations));
  });

  it('takes the value that stands for a subject field that is not there', () => {
    const expectations = { q: { includes: MODEL } };
    expect(compare({ q: ['*'] }, expectations, {}).met).toEqual(['q']);
  });
});
