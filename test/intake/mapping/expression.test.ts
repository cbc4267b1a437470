import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { MOST_STEPS, MOST_STEPS_OF_ALERT } from '../../../src/intake/mapping/budget.ts';
import { compileExpression, NoExpression } from '../../../src/intake/mapping/expression.ts';
import { factsOf } from '../../../src/intake/mapping/facts.ts';

function evaluated(text: string, facts: Record<string, Json>) {
  const budget = { left: MOST_STEPS_OF_ALERT };
  const outcome = compileExpression(text).evaluate(factsOf(facts), budget);
  return { ...outcome, steps: MOST_STEPS_OF_ALERT - budget.left };
}

describe('an expression is refused where it', () => {
  test.each([
    ['cannot be read', 'alert.rule ==', /^is no expression: .*1:12/],
    ['is empty', ' ', /^is no expression/],
    ['names what is not there', 'output.rule', /^there is no output: /],
    ['calls what is not there', "alert.rule.startswith('a')", /no method startswith with 1 arg/],
    ['calls with too much', 'size(alert.a, 1)', /no function size with 2 arguments/],
    ['makes a message', "google.protobuf.Struct{fields: {'a': 1}}", /no messages/],
    ['has a pattern that is none', "alert.a.matches('(')", /none of RE2: .*missing closing/],
    ['looks behind', "alert.a.matches('(?<=a)b')", /none of RE2/],
    ['takes its pattern from the alert', 'alert.a.matches(alert.b)', /has to be written out/],
    ['has a pattern that is long', `alert.a.matches('${'a'.repeat(501)}')`, /more than 500/],
    ['has a pattern that repeats', String.raw`alert.a.matches('(\\pL{50}){50}')`, /RE2|repeats/],
    ['has many parts', Array.from({ length: 501 }, () => '1').join('+'), /more than 1000 parts/],
    ['goes over three lists', '[1].all(a, [a].all(b, [b].all(c, c > 0)))', /more than 2 lists/],
    ['is nested without end', '('.repeat(999) + '1' + ')'.repeat(998), /is no expression/],
  ])('%s', (_, text, reason) => {
    expect(() => compileExpression(text)).toThrow(NoExpression);
    expect(() => compileExpression(text)).toThrow(reason);
  });
});

test.each([
  ['alert.n == 2 && alert.n > 1 && alert.n < 2.5', true],
  ['alert.missing == 1 || alert.n == 2', true],
  ["has(alert.list) && !has(alert.missing) && 'list' in alert", true],
  ["alert.list.exists(x, x.name.matches('^b+$'))", true],
  ["alert.list.map(x, x.name).join(',')", 'a,bb'],
  ["alert.list.filter(x, x.name != 'a')[0].name", 'bb'],
  ['alert.list.all(x, alert.list.exists(y, y.name == x.name))', true],
  ["alert.list.exists_one(x, x.name == 'a')", true],
  ["'aXbX'.replace('X', '$&', 1) + 'a-b'.replace('-', '')", 'a$&bXab'],
  ["'ÄbC'.lowerAscii() + 'ÄbC'.upperAscii()", 'ÄbcÄBC'],
  ["size('a😀') == 2 && 'a😀'.size() == 2", true],
  ["strings.quote('a')", '"a"'],
  ["'a/b/c'.split('/')[2].substring(0, 1).charAt(0)", 'c'],
])('%s', (text, expected) => {
  const facts = { n: 2, list: [{ name: 'a' }, { name: 'bb' }] };
  expect(evaluated(text, facts)).toMatchObject({ value: expected });
});

/** A megabyte of text and ten thousand members, as one sender could put them into one alert. */
const HOSTILE = {
  text: 'a'.repeat(1_000_000),
  list: Array.from({ length: 10_000 }, (_, index) => `x${index}`),
  objects: Array.from({ length: 10_000 }, () => ({ constructor: null })),
};

describe('an alert of any size', () => {
  test.each([
    ["alert.text.contains('zz')", false],
    ["alert.text.lowerAscii().endsWith('b')", false],
    ['alert.text.size()', 1_000_000n],
    ["alert.list.exists(x, x == 'zz')", false],
    ["'zz' in alert.list", false],
    ["alert.objects.exists(x, has(x.name) && x.name == 'zz')", false],
  ])('is decided within the bound by %s', (text, expected) => {
    const { steps, ...outcome } = evaluated(text, HOSTILE);
    expect(outcome).toEqual({ value: expected });
    expect(steps).toBeLessThan(MOST_STEPS);
  });

  test.each([
    "alert.list.exists(x, alert.list.exists(y, y == x + '!'))",
    'alert.list.all(x, alert.list.all(y, true))',
    'alert.list.exists(x, alert.text.contains(x))',
    'alert.list.map(x, alert.list.map(y, x + y)).size() > 0',
    'alert.list.filter(x, alert.list.exists_one(y, y == x)).size() > 0',
    "alert.text.matches('(a|b)*a(a|b){20}c$')",
    "alert.text.split('').size() > 0",
    "alert.text.replace('a', 'bb').replace('b', 'aaaa').size() > 0",
    '[alert.text].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)[0].size() > 0',
    'alert.list.map(x, x) == alert.list',
  ])('is left undecided at the bound by %s', (text) => {
    expect(evaluated(text, HOSTILE)).toEqual({
      reason: 'it takes too many steps',
      steps: MOST_STEPS,
    });
  });

  test('takes no more for all rules together than its budget', () => {
    const slow = compileExpression('alert.list.all(x, alert.list.all(y, true))');
    const facts = factsOf(HOSTILE);
    const budget = { left: MOST_STEPS + 1 };
    slow.evaluate(facts, budget);
    expect(budget.left).toBe(1);
    expect(slow.evaluate(facts, budget)).toEqual({ reason: 'it takes too many steps' });
    expect(compileExpression("alert.text == 'a'").evaluate(facts, budget)).toHaveProperty('reason');
    expect(budget.left).toBe(0);
  });
});

test('a pattern goes on matching however much it has been made to look at', () => {
  const search = compileExpression("alert.text.matches('(a|b)*a(a|b){9}c')");
  for (let more = 0; more < 20; more += 1) {
    const facts = factsOf({ text: `${'ab'.repeat(2_000)}${'b'.repeat(more)}c` });
    const tenthFromTheEnd = more <= 8 && more % 2 === 0 ? 'a' : 'b';
    expect(search.evaluate(facts, { left: MOST_STEPS })).toEqual({
      value: tenthFromTheEnd === 'a',
    });
  }
});
