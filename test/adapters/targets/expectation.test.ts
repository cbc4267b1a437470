import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/adapters/targets/expectation.ts';

const INCIDENT = { incident: 'id' } as const;
const MODEL = { subject: 'model', otherwise: '*' };

describe('compare', () => {
  it.each([
    ['a scalar', { a: 1 }, { a: 1 }, 'met', 'a is 1'],
    ['another scalar', { a: 2 }, { a: 1 }, 'unmet', 'a'],
    ['a number as text', { a: '1' }, { a: 1 }, 'unmet', 'a'],
    ['null', { a: null }, { a: null }, 'met', 'a is null'],
    ['a dotted path', { a: { b: true } }, { 'a.b': true }, 'met', 'a.b is true'],
    ['nothing under the path', { a: {} }, { 'a.b': true }, 'absent', 'a.b'],
    ['something inherited', {}, { toString: 'x' }, 'absent', 'toString'],
    ['no document', undefined, { a: 1 }, 'absent', 'a'],
    ['a list with the model', { q: ['m'] }, { q: { includes: MODEL } }, 'met', 'q'],
    ['a list without the model', { q: ['n'] }, { q: { includes: MODEL } }, 'unmet', 'q'],
    ['a list that lacks the model', { q: ['n'] }, { q: { excludes: MODEL } }, 'met', 'q'],
    ['a list that still has the model', { q: ['m'] }, { q: { excludes: MODEL } }, 'unmet', 'q'],
    ['no list', { q: 'm' }, { q: { excludes: MODEL } }, 'absent', 'q'],
    ['a list with the incident', { q: ['INC-1'] }, { q: { includes: INCIDENT } }, 'met', 'q'],
    ['a list with another', { q: ['INC-2'] }, { q: { includes: INCIDENT } }, 'unmet', 'q'],
    ['a list with a scalar', { q: [7] }, { q: { includes: 7 } }, 'met', 'q'],
  ] as const)('reads %s', (_what, document, expectations, verdict, said) => {
    const comparison = compare(document, expectations, {
      subject: { model: 'm' },
      incident_id: 'INC-1',
    });
    expect(comparison).toEqual({ met: [], unmet: [], absent: [], [verdict]: [said] });
  });

  it('takes the value that stands for a subject field that is not there', () => {
    const expectations = { q: { includes: MODEL } };
    expect(compare({ q: ['*'] }, expectations, { subject: {}, incident_id: 'INC-1' }).met).toEqual([
      'q',
    ]);
  });
});
