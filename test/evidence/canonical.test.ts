import { describe, expect, it } from 'vitest';
import { canonicalJson, canonicalLine, parseCanonicalLine } from '../../src/evidence/canonical.ts';

describe('canonical JSON', () => {
  it.each([
    ['sorts keys at every level', { b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    ['keeps the order of arrays', [3, 1, [2]], '[3,1,[2]]'],
    ['sorts numeric keys as text', { 10: 'x', 9: 'y' }, '{"10":"x","9":"y"}'],
    // RFC 8785, 3.2.3: UTF-16 code units, so U+1F600 (D83D DE00) sorts before U+FB33
    ['sorts by UTF-16 code unit', { '\ufb33': 1, '\u{1f600}': 2 }, '{"\u{1f600}":2,"\ufb33":1}'],
    [
      'writes numbers as ECMAScript does',
      [1e21, 1e-7, 0.000001, 100, 4.5],
      '[1e+21,1e-7,0.000001,100,4.5]',
    ],
    ['writes minus zero as zero', -0, '0'],
    ['escapes controls, quote and backslash only', '\b\u001f"\\/€', '"\\b\\u001f\\"\\\\/€"'],
    [
      'keeps the empty forms',
      { a: [], b: {}, c: '', d: null, e: false },
      '{"a":[],"b":{},"c":"","d":null,"e":false}',
    ],
    ['keeps a key named __proto__', JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
  ])('%s', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  const circular: unknown[] = [];
  circular.push(circular);
  it.each([
    ['undefined', undefined, '$ '],
    ['an undefined member', { a: { b: undefined } }, '$.a.b '],
    ['a hole in an array', Array.from({ length: 2, 0: 1 }), '$[1] '],
    ['NaN', { a: [NaN] }, '$.a[0] '],
    ['an infinity', -Infinity, '$ '],
    ['a lone surrogate', { a: 'x\ud800' }, '$.a '],
    ['a lone surrogate in a key', { '\udc00': 1 }, '$ '],
    ['a bigint', 1n, '$ '],
    ['a function', { f: () => 1 }, '$.f '],
    ['a date', { at: new Date(0) }, '$.at '],
    ['a map', new Map(), '$ '],
    ['a circle', circular, '$[0]'],
  ])('refuses %s and says where', (_name, value, path) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({
        code: 'not_canonical',
        retryable: false,
        message: expect.stringContaining(path),
      }),
    );
  });
});

describe('a canonical line', () => {
  it('is read back', () => {
    const value = { a: ['é', 1], b: null };
    expect(parseCanonicalLine(canonicalLine(value))).toEqual(value);
  });

  it.each([
    ['without its newline', '{"a":1}'],
    ['with two newlines', '{"a":1}\n\n'],
    ['with white space', '{"a": 1}\n'],
    ['with a key twice', '{"a":1,"a":1}\n'],
    ['with keys in another order', '{"b":1,"a":1}\n'],
    ['with a needless escape', '{"a":"\\u0041"}\n'],
    ['with a number written otherwise', '{"a":1.0}\n'],
    ['with a byte order mark', '\ufeff{"a":1}\n'],
    ['that is not JSON', 'a\n'],
    ['nested without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`],
  ])('is refused %s', (_name, text) => {
    expect(parseCanonicalLine(Buffer.from(text))).toBeUndefined();
  });

  it('is refused when it is not UTF-8', () => {
    expect(parseCanonicalLine(Buffer.from('"\xff"\n', 'latin1'))).toBeUndefined();
  });
});
