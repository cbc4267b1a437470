import { createHmac } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../src/adapters/notify/sign-webhook.ts';
import { reporterSchema } from '../../../src/domain/reporter.ts';
import { PLAIN_FORMATS } from '../../support/plain-format.ts';
import { boot, failure, type Booted } from '../boot.ts';

const BODY = '{"grafana":"a rule fires"}';
const RAW = Buffer.alloc(32, 9);
const KEYS: Record<string, string> = {
  grafana: 'what Grafana signs with, no more',
  signer: `whsec_${RAW.toString('base64')}`,
};

let shim: Booted;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  shim = await boot({}, PLAIN_FORMATS);
  await mkdir(join(shim.home, 'keys'), { recursive: true });
  for (const [source, key] of Object.entries(KEYS)) {
    await writeFile(join(shim.home, 'keys', source), `${key}\n`, { mode: 0o600 });
    shim.reporters[source] = reporterSchema.parse({
      classes: ['tool_call_burst'],
      hmac_key_file: `keys/${source}`,
    });
    const wanted = {
      name: source,
      kind: 'reporter' as const,
      source,
      classes: ['tool_call_burst'],
    };
    const added = await shim.principals.add({ ...wanted, roles: ['report'] }, 'test');
    tokens[source] = added.token;
  }
});
afterAll(() => shim.stop());

const send = (headers: Record<string, string>, path = '/grafana') =>
  fetch(`${shim.url}/api/v1/alerts${path}`, { method: 'POST', headers, body: BODY });

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

const grafanaSigned = (key: string, atMs = Date.now(), body = BODY) => {
  const at = String(Math.floor(atMs / 1_000));
  return {
    'x-grafana-alerting-timestamp': at,
    'x-grafana-alerting-signature': createHmac('sha256', key).update(`${at}:${body}`).digest('hex'),
  };
};

const whoSent = async (response: Response) => {
  expect(response.status).toBe(200);
  return shim.alerts.taken.at(-1)?.principal;
};

describe('a detector is known', () => {
  it('by its token, as Bearer and as the password of Basic', async () => {
    const { grafana = '' } = tokens;
    expect(await whoSent(await send({ authorization: `Bearer ${grafana}` }))).toBe('grafana');
    expect(await whoSent(await send(basic('grafana', grafana)))).toBe('grafana');
  });

  it('by the signature of what it sends', async () => {
    const standard = signedHeaders(RAW, 'msg_1', Date.now(), BODY);
    expect(await whoSent(await send(standard))).toBe('signer');
    const signed = grafanaSigned(KEYS['grafana'] ?? '');
    expect(await whoSent(await send(signed))).toBe('grafana');
  });

  it('again by the same signature, for the same bytes are the same delivery', async () => {
    const signed = signedHeaders(RAW, 'msg_2', Date.now(), BODY);
    await send(signed);
    await send(signed);
    const [first, second] = shim.alerts.taken.slice(-2);
    expect(second?.delivery.sha256).toBe(first?.delivery.sha256);
  });
});

describe('a detector is a stranger', () => {
  const strangers: [string, () => Record<string, string>][] = [
    ['without a credential', () => ({})],
    ['with the token of nobody', () => ({ authorization: 'Bearer cdn_nobody' })],
    ['with a token under another name', () => basic('signer', tokens['grafana'] ?? '')],
    ['with a token under no name', () => basic('', tokens['grafana'] ?? '')],
    ['with what is no Basic', () => ({ authorization: 'Basic ???' })],
    ['with another scheme', () => ({ authorization: `Digest ${tokens['grafana']}` })],
    ['with the signature of another key', () => grafanaSigned('another key of the same length')],
    [
      'with the signature of other bytes',
      () => grafanaSigned(KEYS['grafana'] ?? '', Date.now(), 'x'),
    ],
    ['with an old signature', () => grafanaSigned(KEYS['grafana'] ?? '', Date.now() - 360_000)],
    [
      'with a signature over the body alone',
      () => ({
        'x-grafana-alerting-signature': createHmac('sha256', KEYS['grafana'] ?? '')
          .update(BODY)
          .digest('hex'),
      }),
    ],
    [
      'with a token that is wrong beside a signature that is right',
      () => ({ ...grafanaSigned(KEYS['grafana'] ?? ''), authorization: 'Bearer cdn_nobody' }),
    ],
  ];
  it.each(strangers)('%s', async (_, headers) => {
    const before = shim.alerts.taken.length;
    const response = await send(headers());
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="cordon", Basic realm="cordon", charset="UTF-8"',
    );
    expect(await failure(response)).toEqual([401, 'unauthenticated']);
    expect(shim.alerts.taken.length).toBe(before);
    expect(shim.alerts.unread).toEqual([]);
  });

  it('with a signature where no source signs, which is seen before its body', async () => {
    const before = { ...shim.reporters };
    for (const key of Object.keys(shim.reporters)) delete shim.reporters[key];
    const large = await fetch(`${shim.url}/api/v1/alerts/grafana`, {
      method: 'POST',
      headers: grafanaSigned(KEYS['grafana'] ?? ''),
      body: 'x'.repeat(3 * 1024 * 1024),
    });
    expect(await failure(large)).toEqual([401, 'unauthenticated']);
    Object.assign(shim.reporters, before);
  });

  it('once it was revoked, whatever it shows', async () => {
    const source = 'revoked';
    const key = 'the key of one that was revoked';
    await writeFile(join(shim.home, 'keys', source), key, { mode: 0o600 });
    shim.reporters[source] = reporterSchema.parse({
      classes: ['tool_call_burst'],
      hmac_key_file: `keys/${source}`,
    });
    const wanted = { name: source, kind: 'reporter' as const, source, classes: [] };
    const { token } = await shim.principals.add({ ...wanted, roles: ['report'] }, 'test');
    expect(await whoSent(await send(grafanaSigned(key)))).toBe(source);
    await shim.principals.revoke(source, 'test');
    for (const headers of [grafanaSigned(key), basic(source, token)]) {
      expect(await failure(await send(headers))).toEqual([401, 'unauthenticated']);
    }
  });

  it('with a key that is too short, or is not there, which keeps no other out', async () => {
    await writeFile(join(shim.home, 'keys', 'short'), 'short', { mode: 0o600 });
    const before = { ...shim.reporters };
    for (const key of Object.keys(shim.reporters)) delete shim.reporters[key];
    for (const source of ['short', 'missing']) {
      shim.reporters[source] = reporterSchema.parse({
        classes: ['tool_call_burst'],
        hmac_key_file: `keys/${source}`,
      });
    }
    Object.assign(shim.reporters, before);
    expect(await failure(await send(grafanaSigned('short')))).toEqual([401, 'unauthenticated']);
    expect(await whoSent(await send(grafanaSigned(KEYS['grafana'] ?? '')))).toBe('grafana');
  });
});

describe('a credential', () => {
  it('lets its holder send in its own formats, and report at all', async () => {
    const { token } = await shim.principals.add(
      {
        name: 'tetragon',
        kind: 'reporter',
        roles: ['report'],
        source: 'tetragon',
        classes: [],
        formats: ['tetragon', 'grafana'],
      },
      'test',
    );
    // The policy names `tetragon` alone: both must allow it.
    const refused = await send({ authorization: `Bearer ${token}` });
    expect(await failure(refused)).toEqual([403, 'format_not_allowed']);
    const reader = await send({ authorization: `Bearer ${shim.tokens.reader}` });
    expect(await failure(reader)).toEqual([403, 'forbidden']);
  });

  it('is in no line of the log', () => {
    const logged = JSON.stringify(shim.lines);
    expect(logged).toContain('/api/v1/alerts/grafana');
    for (const secret of [...Object.values(tokens), ...Object.values(KEYS)]) {
      expect(logged).not.toContain(secret);
    }
  });

  it('of another route is Bearer alone', async () => {
    const response = await fetch(`${shim.url}/api/v1/incidents/report`, {
      method: 'POST',
      headers: basic('grafana', tokens['grafana'] ?? ''),
      body: '{}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="cordon"');
  });
});
