import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/alert.ts';
import { reportSchema } from '../../../src/domain/report.ts';
import { explainAlert, mapAlert } from '../../../src/intake/mapping/map-alert.ts';
import { matchAlert } from '../../../src/intake/mapping/match-alert.ts';
import { alertOf, rulesOf } from './rules.ts';

const SHELL = {
  rule: 'Terminal shell in container',
  priority: 'Notice',
  hostname: 'node-1',
  output_fields: { 'container.id': 'docker://abc', 'proc.pid': 42, 'proc.name': null },
  tags: ['shell', 'container'],
};

describe('an alert becomes', () => {
  test('what the first rule that matches says', () => {
    const rules = rulesOf(
      { name: 'other', when: "alert.rule == 'Something else'" },
      {
        name: 'shell',
        when: "alert.rule.startsWith('Terminal shell') && 'shell' in alert.tags",
        severity: "{'Notice': 'low'}[alert.priority]",
        subject: {
          host: ['alert.node', 'alert.hostname'],
          container: "alert.output_fields['container.id'].replace('docker://', '')",
          process: "alert.output_fields['proc.pid']",
          pod: "alert.output_fields['k8s.pod.name']",
          agent: "alert.output_fields['proc.name']",
        },
        description: "'%s on %s'.format([alert.rule, alert.hostname])",
        evidence: { tags: 'alert.tags', pid: "int(alert.output_fields['proc.pid'])" },
        cause: ['alert.rule', 'alert.missing', 'alert.tags'],
        fan_in: true,
      },
      { name: 'later' },
    );
    expect(mapAlert(rules, alertOf(SHELL))).toEqual({
      rule: 'shell',
      class: 'unauthorized_access',
      severity: 'low',
      subject: { host: 'node-1', container: 'abc', process: '42' },
      description: 'Terminal shell in container on node-1',
      evidence: { tags: ['shell', 'container'], pid: 42 },
      cause: ['Terminal shell in container', '', '["shell","container"]'],
      fan_in: true,
    });
  });

  test('nothing where no rule matches', () => {
    expect(mapAlert(rulesOf({ when: 'false' }, { when: 'alert.no.such' }), alertOf(SHELL))).toBe(
      null,
    );
  });

  test('its title where the rule describes nothing, and the name of the rule where it has none', () => {
    const rules = rulesOf({ name: 'any', description: ['alert.missing', "''", "' '"] });
    expect(mapAlert(rules, alertOf({}))?.description).toBe('A shell was started');
    expect(mapAlert(rules, alertOf({}, ' \0'))?.description).toBe('\u{FFFD}');
    expect(mapAlert(rules, alertOf({}, ' '))?.description).toBe('any');
  });

  test.each([
    ['high', 'high'],
    ["'CRITICAL'", 'critical'],
    ["'dire'", undefined],
    ['alert.missing', undefined],
    ['7', undefined],
  ])('severity by %s: %s', (severity, expected) => {
    expect(mapAlert(rulesOf({ severity }), alertOf({}))?.severity).toBe(expected);
  });
});

describe('evidence', () => {
  test.each([
    ['9007199254740993', '9007199254740993'],
    ['7', 7],
    ['7u', 7],
    ['0.5', 0.5],
    ['1.0 / 0.0', 'Infinity'],
    ["b'abc'", 'YWJj'],
    ["timestamp('2026-03-14T12:00:00.5Z')", '2026-03-14T12:00:00.500Z'],
    ["duration('90s')", '90s'],
    ["{'a': [null, true], 7: {'b': 1u, '__proto__': 2}}", { a: [null, true], '7': { b: 1 } }],
    ['type(1)', 'int'],
    ['[1, 2].map(x, x * 2)', [2, 4]],
    [String.raw`'a\u0000b'`, 'a\u{FFFD}b'],
  ])('%s is JSON', (expression, expected) => {
    const mapping = mapAlert(rulesOf({ evidence: { it: expression } }), alertOf({}));
    expect(mapping?.evidence).toEqual({ it: expected });
  });

  test('that is an error is left out, and costs the rest nothing', () => {
    const evidence = { a: 'alert.missing', b: '1 / 0', c: 'alert.rule + 1', d: 'alert.rule' };
    expect(mapAlert(rulesOf({ evidence }), alertOf(SHELL))?.evidence).toEqual({ d: SHELL.rule });
  });

  test('that is long is the beginning of its text', () => {
    const evidence = { text: 'alert.text', list: 'alert.list' };
    const facts = { text: 'x'.repeat(10_000), list: Array.from({ length: 5_000 }, () => 1) };
    const shown = mapAlert(rulesOf({ evidence }), alertOf(facts))?.evidence;
    expect(shown?.['text']).toHaveLength(4_096);
    expect(shown?.['list']).toMatch(/^\[1,1,/);
    expect(JSON.stringify(shown?.['list']).length).toBeLessThanOrEqual(4_098);
  });

  test('is shown within its bound although it is larger than all that it was made of', () => {
    const doubled = (text: string) => `[${text}].map(x, [x, x, x, x, x, x, x, x, x, x])`;
    const evidence = { it: Array.from({ length: 9 }).reduce<string>(doubled, 'alert.text') };
    const shown = mapAlert(rulesOf({ evidence, cause: [evidence.it] }), alertOf({ text: 'aaaa' }));
    expect(JSON.stringify(shown?.evidence).length).toBeLessThan(10_000);
    expect(shown?.cause[0]?.length).toBeLessThanOrEqual(1_024);
  });
});

describe('an explanation', () => {
  test('says of every rule what became of it', () => {
    const rules = rulesOf(
      { name: 'a', when: "alert.rule == 'x'" },
      { name: 'b', when: 'alert.nowhere' },
      { name: 'c', when: 'alert.rule' },
      { name: 'd', when: "alert.priority == 'Notice'" },
      { name: 'e', when: 'true' },
    );
    const { mapping, considered } = explainAlert(rules, alertOf(SHELL));
    expect(mapping?.rule).toBe('d');
    expect(considered).toEqual([
      { rule: 'a', verdict: 'does_not_match', reason: 'its condition is false' },
      { rule: 'b', verdict: 'undecided', reason: 'field not found: nowhere' },
      { rule: 'c', verdict: 'undecided', reason: 'its condition is neither true nor false' },
      { rule: 'd', verdict: 'matches', reason: 'its condition is true' },
      { rule: 'e', verdict: 'not_reached', reason: 'd has decided' },
    ]);
  });
});

describe('a match', () => {
  const rules = rulesOf(
    { name: 'error', when: 'alert.nowhere' },
    { name: 'neither', when: 'alert.rule' },
    { name: 'notice', when: "alert.priority == 'Notice'", evidence: { rule: 'alert.rule' } },
    { name: 'any', when: 'alert.rule != alert.priority' },
  );

  test.each<[string, JsonObject]>([
    ['notice', SHELL],
    ['any', { rule: 'x', priority: 'Error' }],
    ['none', {}],
  ])('is what the explanation says: %s', (name, facts) => {
    const match = matchAlert(rules, alertOf(facts));
    const { mapping } = explainAlert(rules, alertOf(facts));
    expect(match?.rule ?? 'none').toBe(name);
    expect(match && { ...match, ...match.tells(), tells: undefined }).toEqual(mapping);
  });
});

describe('whatever an alert holds', () => {
  test.each<[string, JsonObject]>([
    ['a constructor', { rule: { constructor: { name: 'Object' } } }],
    ['the type of a message', { rule: { $typeName: 'google.protobuf.Any', value: 'x' } }],
    ['members of every object', { rule: { toString: 'x', hasOwnProperty: null } }],
  ])('%s is a member like any other', (_, facts) => {
    const rules = rulesOf({ evidence: { rule: 'alert.rule' } });
    expect(mapAlert(rules, alertOf(facts))?.evidence).toEqual(facts);
  });

  test('a mapping is a valid report', () => {
    const rules = rulesOf({
      subject: { host: 'alert.a', agent: ['alert.a.b', 'alert.c'], pod: 'alert.c' },
      severity: 'alert.a',
      description: ['alert.c', 'alert.a'],
      evidence: { a: 'alert.a', c: 'alert.c', both: 'alert.a + alert.c', all: 'alert' },
      cause: ['alert.a'],
    });
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', '😀'.repeat(3_000), ' ', 'x'.repeat(5_000)),
    );
    const value = fc.oneof(words, fc.jsonValue());
    fc.assert(
      fc.property(value, value, words, (a, c, title) => {
        const facts = JSON.parse(JSON.stringify({ a, c })) as JsonObject;
        const mapping = mapAlert(rules, alertOf(facts, title));
        const { rule: _, cause, fan_in: __, ...said } = mapping ?? expect.fail('no rule matched');
        expect(reportSchema.parse(said)).toEqual(said);
        const text = JSON.stringify([said, cause]);
        expect(text.isWellFormed() && !text.includes(String.raw`\u0000`)).toBe(true);
        expect(text).not.toContain(String.raw`\ud800`);
      }),
    );
  });
});
