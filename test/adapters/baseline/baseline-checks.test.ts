import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aboutOf, stateWith, type State } from './state.ts';

let state: State;
beforeEach(async () => {
  state = await stateWith();
});
afterEach(() => state.stop());

const says = (document: unknown): [number, string] => [200, JSON.stringify(document)];
const STATE = { kind: 'target_state', target: 'site', path: '/state' };

describe('what a target says of itself', () => {
  const check = { ...STATE, query: ['model'], expect: { 'switch.active': true, phase: 'shadow' } };

  it.each([
    [
      { switch: { active: true }, phase: 'shadow' },
      'pass: site/state is as expected: switch.active is true, phase is shadow',
    ],
    [
      { switch: { active: false }, phase: 'shadow' },
      'fail: site/state is not as expected: switch.active',
    ],
    [{ switch: { active: true } }, 'unknown: site/state does not tell phase'],
    [{ switch: { active: false } }, 'fail: site/state is not as expected: switch.active'],
  ])('%j', async (document, finding) => {
    state.answers['/state'] = says(document);
    expect(await state.find(check)).toBe(finding);
  });

  it('is asked about the subject', async () => {
    state.answers['/state'] = says({});
    await state.find(check, { subject: { model: 'm 7' } });
    await state.find(check);
    expect(state.asked).toEqual(['/state?model=m%207', '/state?model=*']);
  });

  it.each([
    [[500, '{}'], /^unknown: reading site\/state was answered 500$/],
    [[401, '{}'], /^unknown: reading site\/state was answered 401$/],
    [[200, 'it is well'], /^unknown: reading site\/state gave no JSON$/],
    [[200, 'x'.repeat(100_000)], /^unknown: reading site\/state failed: answer longer than/],
  ] satisfies [[number, string], RegExp][])('is not known after %j', async (answer, finding) => {
    state.answers['/state'] = answer;
    expect(await state.find(check)).toMatch(finding);
  });

  it('is not known where nobody answers, or not in time', async () => {
    expect(await state.find({ ...check, target: 'nobody' })).toMatch(/^unknown: .*ENOENT/);
    expect(await state.find({ ...check, timeout_ms: 50 })).toBe(
      'unknown: reading site/state failed: no answer in time',
    );
  });

  it('is not known where the policy has lost the target since', async () => {
    const finding = await state.find({ ...check, target: 'gone' });
    expect(finding).toBe('unknown: targets.yaml has no target gone');
  });
});

describe('the scan of shared state', () => {
  const check = { kind: 'shared_state', target: 'site', path: '/integrity', query: ['state'] };

  it.each([
    [{ artifacts: 9, invalid: [] }, 'pass: 9 artifacts, none without a valid signature'],
    [
      { artifacts: 9, invalid: ['a', { name: 'b' }] },
      'fail: 2 of 9 artifacts bear no valid signature: a, b',
    ],
    [{ artifacts: 9 }, 'unknown: site/integrity does not tell how many artifacts are invalid'],
  ])('%j', async (document, finding) => {
    state.answers['/integrity'] = says(document);
    expect(await state.find(check)).toBe(finding);
  });

  it('is of what the subject names, or of everything', async () => {
    state.answers['/integrity'] = says({ artifacts: 0, invalid: [] });
    await state.find(check, { subject: { state: 'agent-1' } });
    await state.find(check);
    expect(state.asked).toEqual(['/integrity?state=agent-1', '/integrity']);
  });
});

describe('a run', () => {
  it('answers every name in its order, a few at a time', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `check_${index}`);
    const check = { title: 'It', ...STATE, expect: { well: true } };
    state.set(Object.fromEntries(names.map((name) => [name, check])));
    state.answers['/state'] = says({ well: true });
    const results = await state.run([...names, 'of_nothing'], aboutOf());
    expect(results.map(({ check: name, verdict }) => [name, verdict])).toEqual([
      ...names.map((name) => [name, 'pass']),
      ['of_nothing', 'unknown'],
    ]);
    expect(results.at(-1)).toEqual({
      check: 'of_nothing',
      verdict: 'unknown',
      detail: 'baseline.yaml has no check of_nothing',
      at: '2026-03-14T12:00:00.000Z',
    });
  });

  it('of no name is empty', async () => {
    expect(await state.run([], aboutOf())).toEqual([]);
  });
});
