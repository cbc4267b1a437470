import { gzipSync, deflateSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/domain/fault.ts';
import { reporterSchema } from '../../../src/domain/reporter.ts';
import { sha256Hex } from '../../../src/evidence/digest.ts';
import { falco } from '../../../src/shim/alerts/falco.ts';
import { receiptSchema } from '../../../src/shim/alerts/receipt.ts';
import { PLAIN_FORMATS } from '../../support/plain-format.ts';
import { boot, failure, read, type Booted } from '../boot.ts';

const FALCO = {
  rule: 'Terminal shell in container',
  priority: 'Notice',
  time: '2026-03-14T12:00:00.123456789Z',
  output: 'A shell was spawned',
  output_fields: { 'evt.time': 1_685_022_245_478 },
};
const TEXT = JSON.stringify(FALCO);
const PATH = '/api/v1/alerts/falco';

let shim: Booted;
let token: string;
beforeAll(async () => {
  shim = await boot({}, [falco, ...PLAIN_FORMATS.filter(({ name }) => name !== 'falco')]);
  const { token: minted } = await shim.principals.add(
    {
      name: 'falco',
      kind: 'reporter',
      roles: ['report'],
      source: 'falco',
      classes: ['unauthorized_access'],
    },
    'test',
  );
  token = minted;
});
afterAll(() => shim.stop());
beforeEach(() => {
  Object.assign(shim.alerts, { taken: [], unread: [], failure: null });
  shim.reporters['falco'] = reporterSchema.parse(['unauthorized_access']);
});

const post = (body: string | Uint8Array, headers: Record<string, string> = {}, path = PATH) =>
  fetch(shim.url + path, {
    method: 'POST',
    body: Buffer.from(body),
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...headers,
    },
  });

describe('a delivery', () => {
  it('is answered with what became of its alerts, once the intake has them', async () => {
    const response = await post(TEXT);
    expect(response.status).toBe(200);
    expect(receiptSchema.parse(await read(response))).toMatchObject({
      delivery: sha256Hex(TEXT),
      format: 'falco',
      counts: { unmatched: 1, incident: 0, unreadable: 0 },
      alerts: [{ index: 0, title: FALCO.rule, outcome: 'unmatched' }],
      refused: [],
    });
    expect(shim.alerts.taken).toMatchObject([{ principal: 'falco', format: 'falco' }]);
  });

  it.each([
    ['gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
  ])('is kept as it came, and read, where it came as %s', async (encoding, bytes) => {
    const response = await post(bytes, { 'content-encoding': encoding });
    expect(response.status).toBe(200);
    const [{ delivery, document } = { delivery: null, document: null }] = shim.alerts.taken;
    expect(delivery?.sha256).toBe(sha256Hex(bytes));
    expect(Buffer.from(delivery?.bytes ?? [])).toEqual(Buffer.from(bytes));
    expect(delivery?.headers).toEqual({
      'content-type': 'application/json',
      'content-encoding': encoding,
    });
    expect(document?.alerts).toMatchObject([{ title: FALCO.rule }]);
  });

  it('keeps the attributes of an event, and no credential', async () => {
    await post(TEXT, { 'ce-id': '7', 'ce-source': '/falco', 'x-api-key': 'secret', cookie: 'c=1' });
    expect(shim.alerts.taken[0]?.delivery.headers).toEqual({
      'content-type': 'application/json',
      'ce-id': '7',
      'ce-source': '/falco',
    });
  });

  it('may be many lines, of which a bad one costs only itself', async () => {
    const response = await post(`${TEXT}\n{"rule":\n{"no":"rule"}\n${TEXT}\n`, {
      'content-type': 'application/x-ndjson',
    });
    const receipt = receiptSchema.parse(await read(response));
    expect(receipt.counts).toMatchObject({ unmatched: 2, unreadable: 2 });
    expect(receipt.refused.map(({ index }) => index)).toEqual([1, 2]);
  });

  it('is recognised by what it is where no format is named', async () => {
    const response = await post(TEXT, {}, '/api/v1/alerts');
    expect(receiptSchema.parse(await read(response)).format).toBe('falco');
    const other = await post('{"trivy":"a report"}', {}, '/api/v1/alerts');
    expect(receiptSchema.parse(await read(other)).format).toBe('trivy');
  });

  it('may name a format with a hyphen', async () => {
    const response = await post(
      '{"extension_runtime":"it called out"}',
      {},
      '/api/v1/alerts/extension-runtime',
    );
    expect(receiptSchema.parse(await read(response)).format).toBe('extension_runtime');
  });

  it('is taken where it is a list of nothing', async () => {
    expect((await post('[]')).status).toBe(200);
    expect(shim.alerts.taken).toMatchObject([{ document: { alerts: [], refused: [] } }]);
  });

  it('is answered shortly, however many alerts are in it', async () => {
    const response = await post(`[${Array(5_000).fill(TEXT).join(',')}]`, {});
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ counts: { unmatched: 5_000 } });
    expect(text.length).toBeLessThan(30_000);
  });
});

describe('a delivery that holds nothing to hand on is refused, and kept as it came', () => {
  const cases: [string, [number, string], string | Uint8Array, Record<string, string>?, string?][] =
    [
      ['no JSON', [400, 'bad_json'], '{"rule":'],
      ['nothing', [400, 'bad_json'], ''],
      ['a name twice', [400, 'bad_json'], TEXT.replace('{', '{"rule":"x",')],
      ['its depth', [400, 'bad_json'], '['.repeat(40) + ']'.repeat(40)],
      ['no UTF-8', [400, 'bad_utf8'], Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
      ['no gzip', [400, 'bad_encoding'], TEXT, { 'content-encoding': 'gzip' }],
      [
        'gzip that was cut off',
        [400, 'bad_encoding'],
        gzipSync(TEXT).subarray(0, 60),
        { 'content-encoding': 'gzip' },
      ],
      ['no alert', [422, 'invalid_alert'], '{"no":"rule"}'],
      ['another format', [422, 'invalid_alert'], '{"trivy":"a report"}'],
      ['an unknown format', [415, 'unknown_format'], '{"no":"rule"}', {}, '/api/v1/alerts'],
      [
        'its number',
        [413, 'too_many_alerts'],
        `[${Array(10_001).fill('{}').join(',')}]`,
        { 'content-type': 'application/json' },
      ],
    ];
  it.each(cases)('for %s', async (_, expected, body, headers = {}, path = PATH) => {
    expect(await failure(await post(body, headers, path))).toEqual(expected);
    expect(shim.alerts.taken).toEqual([]);
    expect(shim.alerts.unread).toMatchObject([{ code: expected[1], principal: 'falco' }]);
    expect(shim.alerts.unread[0]?.delivery.sha256).toBe(sha256Hex(Buffer.from(body)));
  });

  it('naming the format that it is in, or all that were tried', async () => {
    const other = await post('{"trivy":"a report"}');
    expect(await read(other)).toMatchObject({ error: expect.stringMatching(/it is trivy$/) });
    const none = await post('{"no":"rule"}', {}, '/api/v1/alerts');
    expect(await read(none)).toMatchObject({
      error: expect.stringMatching(/tried were .*falco.*cloudevents/),
    });
  });
});

describe('a delivery is refused before it is read', () => {
  it('for its size', async () => {
    const large = await post('x'.repeat(2 * 1024 * 1024 + 1));
    expect(await failure(large)).toEqual([413, 'body_too_large']);
  });

  it('for a size that was not announced', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const endless = ReadableStream.from(
      (async function* () {
        for (let n = 0; n < 40; n++) yield chunk;
      })(),
    );
    const response = await fetch(shim.url + PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: endless,
      duplex: 'half',
    });
    expect(await failure(response)).toEqual([413, 'body_too_large']);
  });

  it('for an encoding that nobody knows', async () => {
    const response = await post(TEXT, { 'content-encoding': 'br, gzip' });
    expect(await failure(response)).toEqual([415, 'unsupported_media_type']);
  });

  it('for a format that nobody knows', async () => {
    const response = await post(TEXT, {}, '/api/v1/alerts/falcon');
    expect(await failure(response)).toEqual([404, 'not_found']);
  });

  it("for a format that is not its sender's, also where only the body says which", async () => {
    shim.reporters['falco'] = reporterSchema.parse({ classes: ['a'], formats: ['falco'] });
    const named = await post('{"trivy":"a report"}', {}, '/api/v1/alerts/trivy');
    expect(await failure(named)).toEqual([403, 'format_not_allowed']);
    expect(shim.alerts.unread).toEqual([]);
    const unnamed = await post('{"trivy":"a report"}', {}, '/api/v1/alerts');
    expect(await failure(unnamed)).toEqual([403, 'format_not_allowed']);
    expect(shim.alerts.unread).toMatchObject([{ code: 'format_not_allowed' }]);
  });
});

describe('while the ledger is away', () => {
  it.each([TEXT, '{"rule":'])(
    'nothing is answered but 503, with a time to come again',
    async (body) => {
      shim.alerts.failure = new Fault('ledger_unavailable', 'It is away', { retryable: true });
      const response = await post(body);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await failure(response)).toEqual([503, 'ledger_unavailable']);
    },
  );
});

describe('the metrics', () => {
  it('count alerts by format and outcome, and refusals by code', async () => {
    await post(TEXT);
    await post('{"rule":');
    const text = await (await shim.ask('/metrics')).text();
    expect(text).toMatch(/cordon_alerts_total\{format="falco",outcome="unmatched"\} \d+/);
    expect(text).toMatch(/cordon_deliveries_refused_total\{code="bad_json"\} \d+/);
  });
});
