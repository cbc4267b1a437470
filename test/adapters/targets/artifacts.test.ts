import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { targetsPolicySchema, type TargetsPolicy } from '../../../src/domain/targets.ts';

const ASKED = { target: 'works', subject: { extension: 'a b' }, from_ms: 5, to_ms: 9 };
/** One byte more than an artifact may have. */
const TOO_LONG = 16 * 1024 * 1024 + 1;

let server: Server;
let length: number;
let urls: string[];
let policy: TargetsPolicy;
let targets: ReturnType<typeof createTargets>;

beforeEach(async () => {
  [urls, length] = [[], 100_000];
  server = createServer((request, response) => {
    urls.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.alloc(length));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const artifacts = {
    paths: { log: '/log', chain: '/chain' },
    subject: { about: 'extension', where: 'host' },
    window: { from: 'since', to: 'until' },
    whole: ['chain'],
  };
  policy = targetsPolicySchema.parse({
    version: 1,
    targets: {
      works: { url: `http://127.0.0.1:${port}`, status: '/s', artifacts },
      bare: { url: `http://127.0.0.1:${port}`, status: '/s' },
    },
    actions: {},
  });
  targets = createTargets({ policy: () => policy, home: '/nonexistent', now: Date.now });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await targets.close();
});

const artifact = (name: string, over: object = {}) =>
  targets.artifact({ ...ASKED, artifact: name, timeout_ms: 10_000, ...over });

describe('an artifact of a target', () => {
  it('is one of those that the policy names', () => {
    expect(targets.artifactsOf('works')).toEqual(['log', 'chain']);
    for (const other of ['bare', 'nobody', '__proto__']) {
      expect(targets.artifactsOf(other)).toEqual([]);
    }
  });

  it('is asked for by the subject and the time, as far as the report says them', async () => {
    await artifact('log');
    await artifact('log', { subject: {} });
    expect(urls).toEqual(['/log?about=a%20b&since=5&until=9', '/log?since=5&until=9']);
  });

  it('is asked for whole where a part proves nothing', async () => {
    await artifact('chain');
    expect(urls).toEqual(['/chain']);
  });

  it('may be longer than a status, and not without end', async () => {
    expect(await artifact('log')).toMatchObject({ media_type: 'application/json' });
    expect(await targets.snapshot('works', 10_000)).toMatchObject({ gap: 'unreadable_state' });
    length = TOO_LONG;
    expect(await artifact('log')).toMatchObject({ gap: 'unreadable_state' });
  });

  it.each([
    ['another', { artifact: 'dust' }],
    ['one that every object has', { artifact: 'constructor' }],
    ['one of a target that has none', { target: 'bare' }],
    ['one of a target that is not there', { target: 'nobody' }],
  ])('is a gap where it is %s', async (_what, over) => {
    expect(await artifact('log', over)).toMatchObject({ gap: 'unknown_target' });
    expect(urls).toEqual([]);
  });
});
