import { describe, expect, it } from 'vitest';
import type { ResultField, TaskResult } from '../../src/domain/result-field.ts';
import { problemsInResult } from '../../src/domain/task-result.ts';

type Type = Exclude<ResultField['type'], 'choice'>;
const field = (type: Type): ResultField => ({ type, optional: false });
const CHOICE: ResultField = { type: 'choice', of: ['yes', 'no'], optional: false };

describe('a result', () => {
  it.each<[ResultField, TaskResult[string], TaskResult[string]]>([
    [CHOICE, 'no', 'perhaps'],
    [field('text'), 'words', 3],
    [field('list'), ['a'], 'a'],
    [field('count'), 0, '0'],
    [field('yes_no'), false, 'false'],
    [field('confirmed'), true, false],
  ])('of %j is %j, and not %j', (asked, fits, misfits) => {
    expect(problemsInResult({ found: asked }, { found: fits })).toEqual([]);
    expect(problemsInResult({ found: asked }, { found: misfits })).toMatchObject([
      expect.stringMatching(/^found is not /),
    ]);
  });

  it('has every member that is asked for, and no other', () => {
    const asked = { found: CHOICE, more: { type: 'text', optional: true } as const };
    expect(problemsInResult(asked, { other: 'x' })).toEqual([
      ...['found is missing', 'other is not asked for'],
    ]);
    expect(problemsInResult(asked, { found: 'yes' })).toEqual([]);
    expect(problemsInResult(asked, { found: 'yes', more: 3 })).toEqual(['more is not a text']);
  });

  it('has no member that every object has', () => {
    expect(problemsInResult({ constructor: CHOICE }, {})).toEqual(['constructor is missing']);
  });
});
