import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reporterSchema } from '../src/domain/reporter.ts';
import { listenTls, type Listener } from '../src/listener.ts';
import { createApp } from '../src/shim/app.ts';
import { boot, type Booted } from './shim/boot.ts';
import { PLAIN_FORMATS } from './support/plain-format.ts';
import {
  makeTlsAuthority,
  type Certificate,
  type Issued,
  type TlsAuthority,
} from './support/tls-authority.ts';

/** Keys and certificates are made by programs of their own, on machines that others use too. */
const SLOW_MS = 60_000;

const SPIFFE = 'spiffe://cluster.example/ns/falco/sa/falco';
const OURS: Record<string, string> = {
  'by-uri': SPIFFE,
  'by-dns': 'falco.example',
  'by-common-name': 'falco-7',
};

let shim: Booted;
let ours: TlsAuthority;
let theirs: TlsAuthority;
let server: Issued;
let tls: Listener;
beforeAll(async () => {
  shim = await boot({}, PLAIN_FORMATS);
  [ours, theirs] = await Promise.all([makeTlsAuthority(), makeTlsAuthority()]);
  server = await ours.issue({ common: 'cordon', names: 'IP:127.0.0.1', usage: 'serverAuth' });
  for (const [source, certificate] of Object.entries(OURS)) {
    shim.reporters[source] = reporterSchema.parse({
      classes: ['tool_call_burst'],
      formats: ['falco'],
      certificate,
    });
    const wanted = { name: source, kind: 'reporter' as const, source, classes: [] };
    await shim.principals.add({ ...wanted, roles: ['report'] }, 'test');
  }
  const files = { cert: server.cert, key: server.key, clientCa: ours.root };
  tls = await listenTls(createApp(shim.deps), 'ALERTS_TLS_ADDR', '127.0.0.1:0', files);
}, SLOW_MS);
afterAll(async () => {
  await tls.stop();
  await shim.stop();
  ours.remove();
  theirs.remove();
});

/** Status and code of one request of a real client. */
function send(client: Issued | null, { format = 'falco', token = '' } = {}) {
  const shown =
    client === null ? {} : { cert: readFileSync(client.cert), key: readFileSync(client.key) };
  return new Promise<[number | undefined, string]>((resolve, reject) => {
    const call = request(`${tls.url}/api/v1/alerts/${format}`, {
      method: 'POST',
      ca: readFileSync(ours.root),
      agent: false,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      ...shown,
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { code = '' } = Object(JSON.parse(Buffer.concat(chunks).toString()));
        resolve([response.statusCode, String(code)]);
      });
    });
    call.end(JSON.stringify({ [format]: 'a' }));
  });
}

describe('a client certificate', () => {
  it.each<[string, Certificate]>([
    ['by-uri', { common: 'x', names: `URI:${SPIFFE},DNS:elsewhere.example` }],
    ['by-dns', { common: 'x', names: 'DNS:falco.example' }],
    ['by-common-name', { common: 'falco-7' }],
  ])('stands for the source that it names: %s', async (source, certificate) => {
    expect(await send(await ours.issue(certificate))).toEqual([200, '']);
    expect(shim.alerts.taken.at(-1)?.principal).toBe(source);
  });

  it('grants no more than its source may', async () => {
    const client = await ours.issue({ common: 'falco-7' });
    expect(await send(client, { format: 'trivy' })).toEqual([403, 'format_not_allowed']);
  });

  it('is worth nothing once its source is revoked', async () => {
    shim.reporters['gone'] = reporterSchema.parse({ classes: ['a'], certificate: 'gone' });
    const wanted = { name: 'gone', kind: 'reporter' as const, source: 'gone', classes: [] };
    await shim.principals.add({ ...wanted, roles: ['report'] }, 'test');
    const client = await ours.issue({ common: 'gone' });
    expect(await send(client)).toEqual([200, '']);
    await shim.principals.revoke('gone', 'test');
    expect(await send(client)).toEqual([401, 'unauthenticated']);
  });

  const worthless: [string, () => Promise<Issued | null>][] = [
    ['that is not shown', async () => null],
    ['of another authority', () => theirs.issue({ common: 'falco-7' })],
    ['that has expired', () => ours.issue({ common: 'falco-7', expired: true })],
    ['of a server', () => ours.issue({ common: 'falco-7', usage: 'serverAuth' })],
    ['of nobody that is known', () => ours.issue({ common: 'falco-8' })],
    [
      'that names a source in part',
      () => ours.issue({ common: 'x', names: 'DNS:a.falco.example' }),
    ],
    [
      'that names it in another form',
      () => ours.issue({ common: 'x', names: 'email:falco-7@x.example' }),
    ],
  ];
  it.each(worthless)('%s opens nothing, but keeps no token out', async (_, make) => {
    const client = await make();
    expect(await send(client)).toEqual([401, 'unauthenticated']);
    expect(await send(client, { token: shim.tokens.admin })).toEqual([200, '']);
  });

  it('of a source does not help a token that is wrong', async () => {
    const client = await ours.issue({ common: 'falco-7' });
    expect(await send(client, { token: 'cdn_nobody' })).toEqual([401, 'unauthenticated']);
  });
});

describe('a listener', () => {
  it.each([
    ['a file that is not there', () => ({ cert: '/nowhere', key: server.key, clientCa: '' })],
    ['a key of another certificate', () => ({ cert: ours.root, key: server.key, clientCa: '' })],
  ])('is not made of %s', async (_, files) => {
    const app = createApp(shim.deps);
    await expect(listenTls(app, 'ALERTS_TLS_ADDR', '127.0.0.1:0', files())).rejects.toMatchObject({
      code: 'bad_config',
    });
  });

  it('says which setting is to blame where its address is taken', async () => {
    const files = { cert: server.cert, key: server.key, clientCa: '' };
    const address = tls.url.replace('https://', '');
    await expect(
      listenTls(createApp(shim.deps), 'ALERTS_TLS_ADDR', address, files),
    ).rejects.toMatchObject({ code: 'bad_config', message: expect.stringMatching(/^ALERTS_TLS/) });
  });
});
