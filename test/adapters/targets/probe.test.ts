import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { targetsPolicySchema, type TargetsPolicy } from '../../../src/domain/targets.ts';
import { requestFor } from '../../range/practice.ts';

const STOP = requestFor('stop', { target: 'works', subject: { extension: 'weather' } });
const REFUSED = { status: 403, body: { by: 'switch' } };
type Reply = { status: number; body: object };

let home: string;
let server: Server;
let url: string;
/** What the works say of themselves, and to whoever asks for work. */
let state: object;
let answer: (asked: Record<string, unknown>) => Reply;
let asked: Record<string, unknown>[];
let policy: TargetsPolicy;
let targets: ReturnType<typeof createTargets>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'probe-'));
  [state, asked, answer] = [{ stopped: true }, [], () => REFUSED];
  const replyTo = async (request: IncomingMessage): Promise<Reply> => {
    if (request.url !== '/work') return { status: 200, body: state };
    const body = JSON.parse((await request.setEncoding('utf8').toArray()).join(''));
    asked.push(body);
    return answer(body);
  };
  server = createServer((request, response) => {
    void replyTo(request).then(({ status, body }) =>
      response.writeHead(status).end(JSON.stringify(body)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  probing({ subject: { worker: 'extension' } });
  targets = createTargets({ policy: () => policy, home, now: Date.now });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await targets.close();
  rmSync(home, { recursive: true });
});

function probing(probe: object): void {
  const work = { path: '/work', body: { kind: 'any' }, status: 403, expect: { by: 'switch' } };
  const expected = { stopped: true };
  const verify = { path: '/state', expect: expected, probe: { ...work, ...probe } };
  const stop = { target: 'works', apply: { path: '/stop' }, verify, release: 'manual' };
  const works = { url, status: '/state' };
  policy = targetsPolicySchema.parse({
    ...{ version: 1, targets: { works }, actions: { stop } },
  });
}

describe('a probe', () => {
  it('asks as whoever is contained would, and is what the verdict rests on', async () => {
    const outcome = await targets.verify(STOP);
    expect(outcome).toMatchObject({ status: 'contained', reason: 'ok' });
    expect(outcome.detail).toBe('as expected: stopped is true, probe: by is switch');
    expect(asked).toEqual([{ kind: 'any', worker: 'weather' }]);
  });

  it.each<[string, Reply, object]>([
    ['is served', { status: 200, body: {} }, { status: 'partial', reason: 'no_effect' }],
    [
      'is refused for another reason',
      { status: 403, body: { by: 'mood' } },
      { status: 'partial', reason: 'no_effect' },
    ],
    [
      'is refused without a reason',
      { status: 403, body: {} },
      { status: 'partial', reason: 'no_effect' },
    ],
    ['fails', { status: 500, body: {} }, { status: 'failed', reason: 'http_error' }],
    ['is refused in another way', { status: 404, body: {} }, { status: 'failed' }],
  ])('that %s proves no containment', async (_what, reply, outcome) => {
    answer = () => reply;
    expect(await targets.verify(STOP)).toMatchObject(outcome);
  });

  it('is not made where the state denies the effect already', async () => {
    state = { stopped: false };
    expect(await targets.verify(STOP)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    expect(asked).toEqual([]);
  });

  it('cannot be made of nobody', async () => {
    const nobody = { ...STOP, subject: {} };
    expect(await targets.verify(nobody)).toMatchObject({ reason: 'unreadable_state' });
    expect(asked).toEqual([]);
  });

  it('is made of each that the state lists, and one that is served is enough to say so', async () => {
    const workers = Array.from({ length: 20 }, (_, n) => `w-${n}`);
    probing({ each: { of: 'all.workers', as: 'worker' } });
    state = { stopped: true, all: { workers } };
    expect((await targets.verify(STOP)).detail).toContain('20 probes: by is switch');
    expect(new Set(asked.map(({ worker }) => worker))).toEqual(new Set(workers));
    answer = ({ worker }) => (worker === 'w-13' ? { status: 200, body: {} } : REFUSED);
    expect(await targets.verify(STOP)).toMatchObject({ status: 'partial', reason: 'no_effect' });
  });

  it('of each cannot be made where the state lists nobody', async () => {
    probing({ each: { of: 'all.workers', as: 'worker' } });
    expect(await targets.verify(STOP)).toMatchObject({
      status: 'failed',
      reason: 'unreadable_state',
    });
  });
});
