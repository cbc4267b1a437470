import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { targetsPolicySchema, type TargetsPolicy } from '../../../src/domain/targets.ts';
import { requestFor } from '../../range/practice.ts';

const NOW = Date.parse('2026-03-14T12:00:00Z');
const FREEZE = requestFor('freeze_agent');

let home: string;
let server: Server;
let behave: (...args: Parameters<RequestListener>) => unknown;
let policy: TargetsPolicy;
let targets: ReturnType<typeof createTargets>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'strange-'));
  writeFileSync(join(home, 'token'), 'secret-1\n');
  server = createServer((request, response) => behave(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const action = {
    target: 'agent',
    apply: { path: '/freeze' },
    verify: { path: '/status', expect: { 'state.frozen': true, 'state.paused': true } },
    release: { path: '/thaw', expect: { 'state.frozen': false } },
  };
  policy = targetsPolicySchema.parse({
    version: 1,
    targets: {
      agent: { url: `http://127.0.0.1:${port}/base/`, token_file: 'token', status: '/s' },
    },
    actions: { freeze_agent: action },
  });
  targets = createTargets({ policy: () => policy, home, now: () => NOW });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await targets.close();
  rmSync(home, { recursive: true });
});

const answering = (status: number, body: string, headers: Record<string, string> = {}) => {
  behave = (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
};

describe('when a target behaves strangely', () => {
  it('sends the documented body, key and token below the URL given', async () => {
    const seen: unknown[] = [];
    behave = async (request, response) => {
      const body = (await request.setEncoding('utf8').toArray()).join('');
      const { authorization, 'idempotency-key': key } = request.headers;
      seen.push([request.method, request.url, authorization, key, body && JSON.parse(body)]);
      response.end('{"state":{"frozen":true,"paused":true}}');
    };
    expect(await targets.apply(FREEZE)).toMatchObject({ status: 'contained' });
    const { action, reason, incident_id, severity, subject } = FREEZE;
    const body = { action, reason, incident_id, class: FREEZE.class, severity, subject };
    expect(seen).toEqual([
      ['POST', '/base/freeze', 'Bearer secret-1', FREEZE.idempotency_key, body],
      ['GET', '/base/status', 'Bearer secret-1', undefined, ''],
    ]);
  });

  it('calls it partial when some of what is expected is there', async () => {
    answering(200, '{"state":{"frozen":true,"paused":false}}');
    const outcome = await targets.apply(FREEZE);
    expect(outcome).toMatchObject({ status: 'partial', reason: 'no_effect', retryable: true });
    expect(outcome.detail).toContain('state.paused');
  });

  it.each([
    ['no JSON', 'frozen'],
    ['no such field', '{"state":{}}'],
    ['a list', '[]'],
    ['more than 64 KiB', JSON.stringify({ state: { frozen: true }, pad: 'x'.repeat(65_536) })],
  ])('cannot read the state in %s', async (_what, body) => {
    answering(200, body);
    expect(await targets.verify(FREEZE)).toMatchObject({
      status: 'failed',
      reason: 'unreadable_state',
    });
    expect(await targets.release(FREEZE)).toMatchObject({
      status: 'failed',
      reason: 'unreadable_state',
    });
  });

  it('follows no redirect', async () => {
    let calls = 0;
    behave = (_request, response) => {
      calls += 1;
      response.writeHead(307, { location: '/base/elsewhere' }).end();
    };
    expect(await targets.verify(FREEZE)).toMatchObject({ reason: 'http_error', retryable: false });
    expect(calls).toBe(1);
  });

  it.each([
    ['7', 7_000],
    ['Sat, 14 Mar 2026 12:00:30 GMT', 30_000],
    ['Sat, 14 Mar 2026 11:00:00 GMT', 0],
    ['86400', 300_000],
    ['soon', undefined],
  ])('honours Retry-After: %s', async (value, expected) => {
    answering(503, '', { 'retry-after': value });
    const outcome = await targets.poke(FREEZE);
    expect(outcome).toMatchObject({ reason: 'http_error', retryable: true });
    expect(outcome.retry_after_ms).toBe(expected);
  });

  it('ends the request itself when the time is up', async () => {
    const closed = new Promise<void>((resolve) => {
      behave = (_request, response) => void response.on('close', resolve);
    });
    const hurried = requestFor('freeze_agent', { timeout_ms: 200 });
    expect(await targets.poke(hurried)).toMatchObject({ reason: 'timeout' });
    await closed;
  });

  it('times out on a body that never ends', async () => {
    behave = (_request, response) => void response.writeHead(200).write('{');
    const hurried = requestFor('freeze_agent', { timeout_ms: 200 });
    expect(await targets.verify(hurried)).toMatchObject({ reason: 'timeout' });
  });
});

describe('when the token file changes', () => {
  it('uses the new token at once', async () => {
    const seen: (string | undefined)[] = [];
    behave = (request, response) => {
      seen.push(request.headers.authorization);
      request.resume();
      response.end('{}');
    };
    await targets.poke(FREEZE);
    writeFileSync(join(home, 'token'), 'secret-22\n');
    await targets.poke(FREEZE);
    expect(seen).toEqual(['Bearer secret-1', 'Bearer secret-22']);
  });

  it.each(['', 'two words', 'caf\u00e9'])(
    'refuses without calling when it holds %j',
    async (text) => {
      writeFileSync(join(home, 'token'), text);
      const outcome = await targets.poke(FREEZE);
      expect(outcome).toMatchObject({ reason: 'refused', retryable: false });
      expect(outcome.detail).toContain(join(home, 'token'));
    },
  );

  it('refuses without calling when it is gone', async () => {
    rmSync(join(home, 'token'));
    expect(await targets.apply(FREEZE)).toMatchObject({ reason: 'refused', retryable: false });
  });
});
