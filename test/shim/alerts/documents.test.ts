import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentsOf } from '../../../src/shim/alerts/documents.ts';

const NDJSON = 'application/x-ndjson';
const JSON_TYPE = 'application/json; charset=utf-8';

describe('one JSON document', () => {
  test.each([JSON_TYPE, 'application/cloudevents+json', 'text/plain', '', NDJSON])(
    'is one document under "%s"',
    (type) => {
      expect(documentsOf('{"a":[1]}\n', type)).toEqual({ documents: [{ a: [1] }], refused: [] });
    },
  );

  test('is one however many lines it has', () => {
    expect(documentsOf('{\n  "a": [\n    {}\n  ]\n}\n', 'text/plain').documents).toEqual([
      { a: [{}] },
    ]);
  });

  test('keeps nanoseconds since the epoch digit by digit', () => {
    expect(documentsOf('{"evt.time":1685022245478445995}', JSON_TYPE).documents).toEqual([
      { 'evt.time': '1685022245478445995' },
    ]);
  });

  test.each([
    ['is cut off', '{\n  "a": [\n    {}\n  ]'],
    ['has a name twice', '{"a":1,"a":2}'],
    ['is too deep', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['is empty', ''],
    ['is a text', 'not json'],
  ])('is refused whole where it %s', (_, text) => {
    expect(documentsOf(text, JSON_TYPE)).toEqual({
      documents: [],
      refused: [{ index: 0, reason: expect.stringMatching(/./) }],
    });
  });
});

describe('lines of JSON', () => {
  test.each([NDJSON, 'application/jsonl', JSON_TYPE, 'text/plain', ''])(
    'are as many documents under "%s"',
    (type) => {
      expect(documentsOf('{"a":1}\r\n\n{"a":2}', type)).toEqual({
        documents: [{ a: 1 }, { a: 2 }],
        refused: [],
      });
    },
  );

  test('lose only the line that is none', () => {
    const text = '{"a":1}\n{"a":2,"a":3}\n{"b":\n{"a":4}\n';
    for (const type of [NDJSON, JSON_TYPE, 'text/plain']) {
      const { documents, refused } = documentsOf(text, type);
      expect(documents).toEqual([{ a: 1 }, { a: 4 }]);
      expect(refused.map(({ index }) => index)).toEqual([1, 2]);
    }
  });

  test('may begin with a broken one where the sender says what they are', () => {
    expect(documentsOf('"rule":"x"}\n{"a":1}', NDJSON)).toMatchObject({
      documents: [{ a: 1 }],
      refused: [{ index: 0 }],
    });
  });

  test('are read up to a bound, and what is beyond it is said', () => {
    const { documents, refused } = documentsOf('{}\n'.repeat(30_000), NDJSON);
    expect(documents).toHaveLength(20_000);
    expect(refused).toEqual([{ index: 20_000, reason: expect.stringMatching(/20000 lines/) }]);
  });
});

describe('lines of text', () => {
  test('become documents with one member', () => {
    const line = '[2026-03-14T12:00:00.000Z] "GET / HTTP/1.1" 403 - 0 19 "-"';
    expect(documentsOf(`${line}\n\n${line}\n`, 'text/plain').documents).toEqual([
      { line },
      { line },
    ]);
  });

  test('may have JSON among them', () => {
    expect(documentsOf('started\n{"a":1}\n{"a":', 'text/plain')).toMatchObject({
      documents: [{ line: 'started' }, { a: 1 }],
      refused: [{ index: 2 }],
    });
  });
});

test('whatever the text and its type, every part of it is a document or is refused', () => {
  const type = fc.constantFrom(NDJSON, JSON_TYPE, 'text/plain', '', 'x'.repeat(99));
  const part = fc.oneof(fc.json(), fc.string(), fc.constantFrom('\n', '{', '[[', '"', '\0'));
  fc.assert(
    fc.property(fc.array(part), type, (parts, contentType) => {
      const { documents, refused } = documentsOf(parts.join('\n'), contentType);
      const count = documents.length + refused.length;
      expect(refused.every(({ index, reason }) => index < count && reason !== '')).toBe(true);
    }),
  );
});
