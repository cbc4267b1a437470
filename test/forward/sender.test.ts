import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openProgress, readProgress } from '../../src/forward/progress.ts';
import { openRefusedFile } from '../../src/forward/refused-file.ts';
import { keepSending } from '../../src/forward/sender.ts';
import type { Spool } from '../../src/forward/spool.ts';
import { fakeCordon, type FakeCordon } from './fake-cordon.ts';
import { lines, listening, scratch, spoolIn } from './scratch.ts';

const alert = (n: number) => `{"n":${n}}`;
const alerts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => alert(from + i));

/** Sends all that is spooled, waiting for nothing; `waits` are what it would have waited. */
async function sending(
  cordon: FakeCordon,
  fill: (spool: Spool) => Promise<unknown>,
  options: { gzip?: boolean; token?: string; directory?: string; stopAfter?: number } = {},
) {
  const { directory = scratch(), stopAfter = Infinity } = options;
  const progress = await openProgress(directory);
  const { acknowledged } = progress.current();
  const spool = await spoolIn(directory, { acknowledged });
  onTestFinished(() => spool.close());
  await fill(spool);
  const tokenFile = join(directory, 'token');
  if (options.token !== undefined) writeFileSync(tokenFile, `${options.token}\n`);
  const log = listening();
  const stopper = new AbortController();
  const waits: number[] = [];
  await keepSending({
    spool,
    progress,
    refused: await openRefusedFile(directory),
    posting: {
      ...{ url: cordon.url, format: 'falco', name: 'web-1', fetch, now: () => 5_000 },
      tokenFile: options.token === undefined ? '' : tokenFile,
    },
    gzip: options.gzip ?? false,
    log,
    random: () => 1,
    sleep: async (ms) => {
      if (waits.push(ms) >= stopAfter) stopper.abort();
    },
    stopping: stopper.signal,
    broken: stopper.signal,
    isOver: () => true,
  });
  const refusedPath = join(directory, 'refused.ndjson');
  const refused = () =>
    readdirSync(directory).includes('refused.ndjson')
      ? readFileSync(refusedPath, 'utf8')
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line))
      : [];
  return {
    directory,
    spool,
    waits,
    said: log.said,
    refused,
    progress: () => readProgress(directory),
  };
}

describe('what is spooled', () => {
  it('is delivered in order, as lines of JSON, with the token and who sends it', async () => {
    const cordon = await fakeCordon();
    const { progress } = await sending(
      cordon,
      async (spool) => {
        await spool.append(lines(alerts(1, 700)));
        await spool.append(lines(alerts(701, 900)));
      },
      { token: 't0ken' },
    );
    expect(cordon.taken()).toEqual(alerts(1, 900));
    expect(cordon.sent.map((got) => got.lines.length)).toEqual([500, 400]);
    expect(cordon.sent[1]?.path).toBe('/api/v1/alerts/falco');
    expect(cordon.sent[1]?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      authorization: 'Bearer t0ken',
      'x-cordon-forwarder': 'web-1',
      'x-cordon-position': '501-900',
    });
    expect(await progress()).toMatchObject({ acknowledged: 900, sending: 0, delivered: 900 });
  });

  it('is not more than a mebibyte at once', async () => {
    const cordon = await fakeCordon();
    const large = alerts(1, 5).map((each) => `${each}${' '.repeat(400_000)}`);
    await sending(cordon, (spool) => spool.append(lines(large)));
    expect(cordon.sent.map((got) => got.lines.length)).toEqual([2, 2, 1]);
  });

  it('is compressed where that is asked for', async () => {
    const cordon = await fakeCordon();
    await sending(cordon, (spool) => spool.append(lines(alerts(1, 3))), { gzip: true });
    expect(cordon.sent[0]?.headers['content-encoding']).toBe('gzip');
    expect(cordon.taken()).toEqual(alerts(1, 3));
  });

  it('as text is not sent together with JSON, and the order stays', async () => {
    const cordon = await fakeCordon();
    const mixed = [alert(1), 'plain text', 'more', alert(2)];
    await sending(cordon, (spool) => spool.append(lines(mixed)));
    expect(cordon.sent.map(({ headers }) => headers['content-type'])).toEqual([
      'application/x-ndjson',
      'text/plain; charset=utf-8',
      'application/x-ndjson',
    ]);
    expect(cordon.taken()).toEqual(mixed);
  });

  it('as a request is sent as it came', async () => {
    const cordon = await fakeCordon();
    const payload = Buffer.from('{"a":1}\n{"b":2}');
    const body = { kind: 'body' as const, source: 'socket', at: 1, position: null, count: 1 };
    const types = { content_type: 'application/json', content_encoding: 'identity' };
    await sending(cordon, (spool) => spool.append({ frame: { ...body, ...types }, payload }));
    expect(cordon.sent[0]?.body).toEqual(payload);
    expect(cordon.sent[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-encoding': 'identity',
    });
  });

  it('of what was lost is told as an event of its own', async () => {
    const cordon = await fakeCordon();
    const common = { source: 'file:/l', at: 1_000, position: null, count: 1 };
    const lost = { why: 'gone', lines: null, bytes: null, first_line: '', last_line: '' };
    await sending(cordon, (spool) =>
      spool.append({ frame: { kind: 'dropped', ...common, ...lost } }),
    );
    expect(cordon.sent[0]?.path).toBe('/api/v1/alerts/cloudevents');
    expect(JSON.parse(cordon.taken()[0] ?? '')).toMatchObject({
      type: 'cordon.forwarder.dropped',
      id: '1-1000',
      source: 'cordon-forwarder/web-1',
      time: '1970-01-01T00:00:01.000Z',
      data: lost,
    });
  });
});

describe('what was lost, where Cordon does not want to know', () => {
  it.each([403, 404])('by %i, keeps nothing behind it from being delivered', async (status) => {
    const cordon = await fakeCordon(({ path }) => ({
      status: path.endsWith('/cloudevents') ? status : 200,
    }));
    const common = { source: 'file:/l', at: 1_000, position: null, count: 1 };
    const lost = { why: 'gone', lines: null, bytes: null, first_line: '', last_line: '' };
    const { refused } = await sending(cordon, async (spool) => {
      await spool.append({ frame: { kind: 'dropped', ...common, ...lost } });
      await spool.append(lines([alert(2)]));
    });
    expect(cordon.taken()).toEqual([alert(2)]);
    expect(refused()).toMatchObject([{ seq: 1, why: 'refused', detail: `answered ${status}` }]);
  });
});

describe('what is not taken', () => {
  it.each([
    ['the server is busy', { status: 429 }],
    ['the server fails', { status: 503 }],
    ['the request took too long', { status: 408 }],
    ['the connection breaks', 'never' as const],
  ])('because %s is sent again with the same bytes, later and later', async (_why, reply) => {
    const cordon = await fakeCordon((_got, attempt) => (attempt <= 8 ? reply : { status: 201 }));
    const { waits, said } = await sending(cordon, (spool) => spool.append(lines(alerts(1, 3))));
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1_000));
    expect(cordon.sent.every(({ body }) => body.equals(cordon.sent[0]?.body ?? body))).toBe(true);
    expect(cordon.taken()).toEqual(alerts(1, 3));
    expect(said).toEqual([
      'Cordon takes nothing now: alerts are kept and sent again',
      'Cordon answers again',
    ]);
  });

  it('is sent again no sooner than the server says', async () => {
    const headers = { 'retry-after': '120' };
    const cordon = await fakeCordon((_got, attempt) =>
      attempt === 1 ? { status: 503, headers } : { status: 200 },
    );
    const { waits } = await sending(cordon, (spool) => spool.append(lines(alerts(1, 1))));
    expect(waits).toEqual([120_000]);
  });

  it.each([401, 403, 404, 405, 301])(
    'because of %i is kept, and every attempt says so',
    async (status) => {
      const body = { error: 'No', code: 'nope' };
      const cordon = await fakeCordon((_got, attempt) =>
        attempt <= 3 ? { status, body } : { status: 200 },
      );
      const { said, refused } = await sending(cordon, (spool) => spool.append(lines(alerts(1, 2))));
      expect(said.filter((each) => each.startsWith('Cordon does not accept'))).toHaveLength(3);
      expect(cordon.taken()).toEqual(alerts(1, 2));
      expect(refused()).toEqual([]);
    },
  );

  it('is noted with what the server said, for whoever asks', async () => {
    const body = { error: 'The token is unknown', code: 'unauthenticated' };
    const cordon = await fakeCordon(() => ({ status: 401, body }));
    const { progress } = await sending(cordon, (spool) => spool.append(lines([alert(1)])), {
      stopAfter: 1,
    });
    expect(await progress()).toMatchObject({
      acknowledged: 0,
      failing_since: 5_000,
      last_error: 'answered 401: The token is unknown [unauthenticated]',
    });
  });

  it('without a token that can be read is not sent at all', async () => {
    const cordon = await fakeCordon();
    const fill = (spool: Spool) => spool.append(lines([alert(1)]));
    const { said } = await sending(cordon, fill, { token: ' ', stopAfter: 2 });
    expect(cordon.sent).toEqual([]);
    expect(said[0]).toContain('see to its token');
  });

  it('when a forwarder ends is sent again by the next as it was, whatever has come since', async () => {
    const failing = await fakeCordon(() => ({ status: 500 }));
    const { directory, spool } = await sending(
      failing,
      (each) => each.append(lines(alerts(1, 3))),
      { stopAfter: 1 },
    );
    await spool.close();
    const cordon = await fakeCordon();
    await sending(cordon, (each) => each.append(lines(alerts(4, 6))), { directory });
    expect(cordon.sent[0]?.body).toEqual(failing.sent[0]?.body);
    expect(cordon.sent.map((got) => got.lines.length)).toEqual([3, 3]);
    expect(cordon.taken()).toEqual(alerts(1, 6));
  });
});

describe('a line that is refused', () => {
  it('is found by halving and kept, and all others are delivered in order', async () => {
    const poison = new Set([alert(7), alert(300)]);
    const cordon = await fakeCordon((got) =>
      got.lines.some((line) => poison.has(line))
        ? { status: 422, body: { error: 'Not that', code: 'bad_alert' } }
        : { status: 200 },
    );
    const { refused, progress } = await sending(cordon, (spool) =>
      spool.append(lines(alerts(1, 500))),
    );
    expect(cordon.taken()).toEqual(alerts(1, 500).filter((each) => !poison.has(each)));
    expect(refused()).toMatchObject([
      { seq: 7, why: 'refused', text: alert(7), detail: 'answered 422: Not that [bad_alert]' },
      { seq: 300, why: 'refused', text: alert(300) },
    ]);
    expect(await progress()).toMatchObject({ acknowledged: 500, delivered: 498, refused: 2 });
  });

  it('in a batch that was taken is kept as well', async () => {
    const refusedParts = [
      { index: 2, reason: 'it has no rule' },
      { index: 0, reason: 'it is no alert' },
    ];
    const cordon = await fakeCordon(() => ({ status: 200, body: { refused: refusedParts } }));
    const { refused, progress } = await sending(cordon, (spool) =>
      spool.append(lines(alerts(1, 3))),
    );
    expect(refused()).toMatchObject([
      { seq: 1, why: 'part_refused', detail: 'it is no alert', text: alert(1) },
      { seq: 3, why: 'part_refused', detail: 'it has no rule', text: alert(3) },
    ]);
    expect(await progress()).toMatchObject({ delivered: 3, refused: 2 });
  });

  it('is not text is kept in base64', async () => {
    const cordon = await fakeCordon(() => ({ status: 400 }));
    const payload = Buffer.from([0x7b, 0xff, 0xfe]);
    const { refused } = await sending(cordon, (spool) =>
      spool.append({ ...lines(['x']), payload }),
    );
    expect(refused()).toMatchObject([{ base64: payload.toString('base64') }]);
  });

  it('was too long to be spooled is never sent', async () => {
    const cordon = await fakeCordon();
    const common = { source: 'stdin', at: 1, position: null, count: 1 };
    const { refused } = await sending(cordon, async (spool) => {
      const frame = { kind: 'too_long' as const, ...common, bytes: 9_999_999, sha256: 'ab' };
      await spool.append({ frame, payload: Buffer.from('its head') });
      await spool.append(lines([alert(2)]));
    });
    expect(refused()).toMatchObject([
      { seq: 1, why: 'too_long', text: 'its head', detail: '9999999 bytes, SHA-256 ab' },
    ]);
    expect(cordon.taken()).toEqual([alert(2)]);
  });
});
