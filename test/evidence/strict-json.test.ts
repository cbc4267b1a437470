import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NotStrictJson, parseStrictJson } from '../../src/evidence/strict-json.ts';

const lossless = (text: string) => parseStrictJson(text, { lossless: true });

describe('numbers that no double holds', () => {
  test('stay as they are written', () => {
    const text = '{"evt.time":1685022245478445995,"in":[-9007199254740993,1e400,1e300]}';
    expect(lossless(text)).toEqual({
      'evt.time': '1685022245478445995',
      in: ['-9007199254740993', '1e400', 1e300],
    });
  });

  test('are rounded where nobody asked for more', () => {
    expect(parseStrictJson('[1685022245478445995]')).toEqual([1685022245478446000]);
  });

  test('leave all other numbers numbers', () => {
    const text = '[9007199254740991,-0.5,1e3,0.1234567890123456789,"1685022245478445995"]';
    expect(lossless(text)).toEqual([
      9007199254740991,
      -0.5,
      1000,
      0.12345678901234568,
      '1685022245478445995',
    ]);
  });

  test('of any size come back digit by digit', () => {
    fc.assert(
      fc.property(fc.bigInt(), (integer) => {
        expect(String(lossless(`[${integer}]`))).toBe(String(integer));
      }),
    );
  });
});

test.each([
  ['a name twice', '{"a":1,"a":1685022245478445995}'],
  ['levels without end', `${'['.repeat(100_000)}1685022245478445995${']'.repeat(100_000)}`],
  ['a prototype', '{"__proto__":1685022245478445995}'],
])('%s is refused with outsize numbers too', (_, text) => {
  expect(() => lossless(text)).toThrow(NotStrictJson);
});

describe('what stands in a text', () => {
  test('is no part of the document, whatever it looks like', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', '0', '9', 'e'),
          }),
        ),
        (words) => {
          const texts = Object.fromEntries([...new Set(words)].map((word) => [word, words]));
          expect(lossless(JSON.stringify(texts))).toEqual(texts);
        },
      ),
    );
  });

  test('is the same name however it is written', () => {
    expect(() => parseStrictJson(String.raw`{"a\"":1,"a\u0022":2}`)).toThrow('is there twice');
    expect(() => parseStrictJson(String.raw`{"\u005f_proto__":1}`)).toThrow(NotStrictJson);
    expect(() => parseStrictJson(String.raw`["\ud800"]`)).toThrow('half of a surrogate pair');
  });
});

test('a name may stand once in each of several objects', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify([value, { again: value }]);
      fc.pre(!text.includes('__proto__'));
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    }),
  );
});
