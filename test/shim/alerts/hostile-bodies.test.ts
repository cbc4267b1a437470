import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMATS } from '../../../src/shim/alerts/formats.ts';
import { problemSchema } from '../../../src/shim/schemas.ts';
import { receiptSchema } from '../../../src/shim/alerts/receipt.ts';
import { boot, read, type Booted } from '../boot.ts';

/** What takes longer is taken for hanging. */
const PATIENCE_MS = 15_000;

let shim: Booted;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

const CONTENT_TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/cloudevents+json',
  'text/plain; charset=latin1',
  'multipart/form-data; boundary=x',
  'nonsense',
];
const ENCODINGS = ['', 'identity', 'gzip', 'deflate', 'zstd', 'br', 'gzip, gzip', 'x'.repeat(500)];

const HOSTILE = [
  '',
  '\0',
  '{"a":"\0"}',
  'null',
  'true',
  '1e999',
  '"text"',
  '[]',
  '[[[]]]',
  '[null,null]',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"a":"\\ud800"}',
  '[1,2',
  `{"rule":${'['.repeat(10_000)}`,
  '\uFEFF{}',
].map((text) => Buffer.from(text));

/** What is large costs its time before any format sees it. */
const HUGE = [
  `{"a":"${'x'.repeat(1_000_000)}"}`,
  '\n'.repeat(1_000_000),
  '{}\n'.repeat(20_001),
  `[${'{},'.repeat(9_000)}{}]`,
  `[${'{},'.repeat(199_000)}{}]`,
  `[${'0,'.repeat(900_000)}0]`,
  `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`).join(',')}}`,
].map((text) => Buffer.from(text));

/** JSON of any shape, cut off or with a byte changed, packed or said to be. */
const bodies = fc
  .record({
    bytes: fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    ),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    pack: fc.constantFrom('none', 'gzip', 'deflate'),
    packedCut: fc.constantFrom(1, 1, 0.5),
  })
  .map(({ bytes, cut, pack, packedCut }) => {
    const some = cut < 0.5 ? bytes : bytes.subarray(0, Math.ceil(bytes.length * cut));
    const packed = pack === 'gzip' ? gzipSync(some) : pack === 'deflate' ? deflateSync(some) : some;
    return packed.subarray(0, Math.ceil(packed.length * packedCut));
  });

const requests = fc.record({
  bytes: bodies,
  contentType: fc.constantFrom(...CONTENT_TYPES),
  encoding: fc.constantFrom(...ENCODINGS),
});

describe.each(['', ...FORMATS.map(({ name }) => `/${name}`)])('/api/v1/alerts%s', (path) => {
  it('answers whatever is sent with 2xx or 4xx, in time', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async ({ bytes, contentType, encoding }) => {
        const response = await fetch(`${shim.url}/api/v1/alerts${path}`, {
          method: 'POST',
          body: bytes,
          headers: {
            authorization: `Bearer ${shim.tokens.admin}`,
            'content-type': contentType,
            ...(encoding === '' ? {} : { 'content-encoding': encoding }),
          },
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        // The rate is not what is tried here.
        shim.clock.aheadMs += 60_000;
        expect(response.status).toBeLessThan(500);
        const schema = response.status === 200 ? receiptSchema : problemSchema;
        expect(schema.safeParse(await read(response)).error).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});

describe('a hostile body', () => {
  const sent = [
    ...['', ...FORMATS.map(({ name }) => `/${name}`)].flatMap((path) =>
      HOSTILE.map((bytes) => ({ path, bytes })),
    ),
    ...HUGE.flatMap((bytes) => ['', '/falco'].map((path) => ({ path, bytes }))),
  ];

  it('is no bug, whichever format it is sent as', async () => {
    for (const { path, bytes } of sent) {
      const response = await fetch(`${shim.url}/api/v1/alerts${path}`, {
        method: 'POST',
        body: bytes,
        headers: { authorization: `Bearer ${shim.tokens.admin}` },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      shim.clock.aheadMs += 60_000;
      await response.arrayBuffer();
      const about = { path, bytes: bytes.subarray(0, 40).toString() };
      expect({ ...about, bug: response.status >= 500 }).toEqual({ ...about, bug: false });
    }
    expect(Object('').polluted).toBeUndefined();
  });
});
