import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent, type Agent } from '../../src/agent/agent.ts';
import { createAgentHandler, type HandlerDeps } from '../../src/agent/handler.ts';
import { NOTHING_ALLOWED } from '../../src/agent/host-routes.ts';
import { Fault } from '../../src/domain/fault.ts';
import { callSocket, jsonOf, stillTpm } from './ports.ts';

const TOKEN = 'f'.repeat(64);
const NONCE = 'ab'.repeat(32);
const QUOTE = 'POST /api/v1/quote';

let folder: string;
let agent: Agent;
let complaints: unknown[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'a-'));
  complaints = [];
});
afterEach(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true });
});

/** Starts an agent and calls it as whoever has the token. */
async function agentWith(over: Partial<HandlerDeps> = {}) {
  const handler = createAgentHandler({
    tpm: stillTpm(),
    selection: [{ bank: 'sha256', pcrs: [0] }],
    eventLog: async () => null,
    host: { ...NOTHING_ALLOWED, stateDirectory: join(folder, 'state') },
    token: () => TOKEN,
    complain: (problem) => complaints.push(problem),
    ...over,
  });
  agent = await startAgent({ bind: { path: join(folder, 's') }, handler });
  return (route: string, body?: string, token: string | undefined = TOKEN) =>
    callSocket(agent.address, route, { token, ...(body !== undefined && { body }) });
}

describe('the door', () => {
  it('tells everyone that an agent is here, and nothing more', async () => {
    await agentWith();
    const health = await callSocket(agent.address, 'GET /health');
    expect(health.status).toBe(200);
    expect(jsonOf(health)).toEqual({ status: 'ok' });
  });

  it.each([QUOTE, 'GET /api/v1/identity', 'GET /', 'POST /health', 'DELETE /api/v1/quote'])(
    'refuses %s without the token',
    async (route) => {
      const call = await agentWith();
      const refused = { error: expect.any(String), code: 'unauthenticated' };
      for (const token of ['', TOKEN.slice(1), `${TOKEN}f`, 'e'.repeat(64)]) {
        const reply = await call(route, undefined, token);
        expect([reply.status, jsonOf(reply)]).toEqual([401, refused]);
      }
      expect((await callSocket(agent.address, route)).status).toBe(401);
    },
  );

  it('lets nobody in where the token cannot be read', async () => {
    const call = await agentWith({
      token: () => {
        throw new Fault('agent_token_unusable', 'gone', { retryable: false });
      },
    });
    const reply = await call('GET /api/v1/identity');
    expect([reply.status, jsonOf(reply)['code']]).toEqual([500, 'agent_token_unusable']);
  });

  it.each([
    ['GET /api/v1/quote', 405, 'method_not_allowed'],
    ['GET /api/v1/nothing', 404, 'not_found'],
    ['GET /__proto__', 404, 'not_found'],
    ['GET /api/v1/event-log', 404, 'not_found'],
  ])('answers %s with %i', async (route, status, code) => {
    const call = await agentWith();
    const reply = await call(route);
    expect([reply.status, jsonOf(reply)['code']]).toEqual([status, code]);
  });
});

describe('a body', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a nonce in upper case', JSON.stringify({ request_nonce: NONCE.toUpperCase() })],
    ['a selection of its own', JSON.stringify({ request_nonce: NONCE, pcrs: [16] })],
  ])('with %s is refused, and does not come back in the answer', async (_, body) => {
    const call = await agentWith();
    const reply = await call(QUOTE, body);
    expect([reply.status, jsonOf(reply)['code']]).toEqual([400, 'invalid_request']);
    expect(reply.bytes.toString().toLowerCase()).not.toContain(NONCE);
  });

  it('is bounded: 4 KiB, and 8 KiB for a credential', async () => {
    const call = await agentWith();
    const activation = (bytes: number) => {
      const body = JSON.stringify({ credential: '', secret: '' });
      return body.replace('""', `"${'A'.repeat(bytes - body.length)}"`);
    };
    expect((await call('POST /api/v1/activate', activation(8_192))).status).toBe(200);
    for (const [route, bytes] of [['activate', 8_193] as const, ['quote', 4_097] as const]) {
      const reply = await call(`POST /api/v1/${route}`, activation(bytes));
      expect([reply.status, jsonOf(reply)['code']]).toEqual([413, 'body_too_large']);
    }
  });
});

describe('an agent without a TPM', () => {
  it.each([
    [QUOTE, JSON.stringify({ request_nonce: NONCE })],
    ['GET /api/v1/identity', undefined],
    ['POST /api/v1/activate', '{}'],
  ])('says so to %s', async (route, body) => {
    const call = await agentWith({ tpm: null });
    const reply = await call(route, body);
    expect([reply.status, jsonOf(reply)['code']]).toEqual([404, 'no_tpm']);
  });

  it('captures and contains all the same', async () => {
    const call = await agentWith({ tpm: null });
    const subject = { kind: 'process', pid: process.pid };
    const body = { subject, step: 'kill', effect: 'apply', idempotency_key: 'k' };
    const reply = await call('POST /api/v1/contain', JSON.stringify(body));
    expect([reply.status, jsonOf(reply)['code']]).toEqual([403, 'subject_is_ours']);
  });
});

describe('an answer', () => {
  it('gives the event log as bytes', async () => {
    const call = await agentWith({ eventLog: async () => Buffer.from([0, 255]) });
    const reply = await call('GET /api/v1/event-log');
    expect(reply.headers['content-type']).toBe('application/octet-stream');
    expect([...reply.bytes]).toEqual([0, 255]);
  });

  it('to a credential for other keys is a refusal, and no reason to ask again', async () => {
    const call = await agentWith({ tpm: stillTpm({ activate: async () => null }) });
    const reply = await call('POST /api/v1/activate', '{"credential":"","secret":""}');
    expect([reply.status, jsonOf(reply)['code']]).toEqual([422, 'credential_refused']);
  });

  it.each([
    [new Fault('tpm_busy', 'busy', { retryable: true }), 503, 'tpm_busy', '1'],
    [new Fault('tpm_failed', 'failed', { retryable: false }), 500, 'tpm_failed', undefined],
    [new TypeError('a secret detail'), 500, 'internal_error', undefined],
  ])('to %s says whether to ask again', async (error, status, code, retryAfter) => {
    const call = await agentWith({ tpm: stillTpm({ readPcrs: () => Promise.reject(error) }) });
    const reply = await call(QUOTE, JSON.stringify({ request_nonce: NONCE }));
    expect([reply.status, jsonOf(reply)['code']]).toEqual([status, code]);
    expect(reply.headers['retry-after']).toBe(retryAfter);
    expect(reply.bytes.toString()).not.toContain('secret');
    expect(complaints).toEqual([{ method: 'POST', path: '/api/v1/quote', err: error }]);
  });
});
