import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHostAgents } from '../../../src/adapters/attestor/host-agents.ts';
import { withHostSteps } from '../../../src/adapters/targets/host-steps.ts';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { attestationPolicySchema } from '../../../src/domain/attestation-policy.ts';
import type { ContainAnswer } from '../../../src/domain/host-containment.ts';
import { HOST_AGENT } from '../../../src/domain/targets.ts';
import { requestFor, shippedTargets } from '../../range/practice.ts';

type Call = { path: string; body: Record<string, unknown> };

let home: string;
let calls: Call[];
/** What the agent answers, by path. */
let answers: Record<string, [status: number, body: object]>;
let stop: () => Promise<void>;
let driver: ReturnType<typeof createTargets>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 's-'));
  calls = [];
  answers = { '/api/v1/contain': said(true), '/api/v1/contain/state': said(true) };
  const server = createServer((...call) => void answer(...call));
  await new Promise<void>((resolve) => server.listen(join(home, 'agent.sock'), resolve));
  const attestation = attestationPolicySchema.parse({
    version: 1,
    unnamed_host: 'web-1',
    attempts: { most: 1, window: '1m' },
    hosts: { 'web-1': { unix: 'agent.sock' }, 'web-2': { unix: 'nobody.sock' } },
  });
  const agents = createHostAgents({ policy: () => attestation, home });
  const policy = () => ({ targets: shippedTargets(), attestation });
  const http = createTargets({ policy: shippedTargets, home, now: Date.now });
  driver = withHostSteps(http, { agents, policy });
  stop = async () => {
    await Promise.all([driver.close(), agents.close()]);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    rmSync(home, { recursive: true });
  };
});
afterEach(() => stop());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = (await request.setEncoding('utf8').toArray()).join('');
  const path = request.url ?? '';
  calls.push({ path, body: JSON.parse(text) });
  const [status, body] = answers[path] ?? [404, {}];
  response.writeHead(status).end(JSON.stringify(body));
}

function said(in_force: boolean): [number, ContainAnswer] {
  const about = { schema: 'host-contain/1', step: 'isolate_network', method: 'nftables' } as const;
  return [200, { ...about, in_force, detail: 'measured', before: {}, after: {}, took_ms: 1 }];
}

const isolation = (subject: Record<string, string> = { container: 'planner' }) =>
  requestFor('isolate_network', { target: HOST_AGENT, subject });

const KEY = 'INC-20260314-120000-0000abcd/isolate_network';
const ABOUT = {
  subject: { kind: 'container', id: 'planner' },
  step: 'isolate_network',
  idempotency_key: KEY,
};

describe('a step of a host', () => {
  it('is asked of its agent, and in force by a reading of its own', async () => {
    expect(await driver.apply(isolation())).toEqual({
      status: 'contained',
      reason: 'ok',
      detail: 'nftables: measured',
      retryable: false,
    });
    expect(calls).toEqual([
      { path: '/api/v1/contain', body: { ...ABOUT, effect: 'apply', allow: [] } },
      { path: '/api/v1/contain/state', body: ABOUT },
    ]);
  });

  it('goes by the key of its containment, which another subject of the incident has not', async () => {
    await driver.apply({ ...isolation(), containment_key: 'INC-1/isolate_network/2' });
    const keys = calls.map(({ body }) => body['idempotency_key']);
    expect(keys).toEqual(['INC-1/isolate_network/2', 'INC-1/isolate_network/2']);
  });

  it('that the agent claims, and the reading does not show, is not in force', async () => {
    answers['/api/v1/contain/state'] = said(false);
    const nothing = { status: 'failed', reason: 'no_effect', retryable: true };
    expect(await driver.apply(isolation())).toMatchObject(nothing);
    expect(await driver.verify(isolation())).toMatchObject(nothing);
  });

  it('that the agent failed at, and the reading shows, is in force', async () => {
    answers['/api/v1/contain'] = [503, { code: 'runtime_unreachable' }];
    const outcome = await driver.apply(isolation());
    expect(outcome.status).toBe('contained');
    expect(outcome.detail).toMatch(/although.*503/);
  });

  it('is released when the agent measures it to be gone', async () => {
    expect(await driver.release(isolation())).toMatchObject({ status: 'failed' });
    answers['/api/v1/contain'] = said(false);
    expect(await driver.release(isolation())).toMatchObject({ status: 'released', reason: 'ok' });
    expect(calls.at(-1)?.body).toEqual({ ...ABOUT, effect: 'release', allow: [] });
  });

  it('is poked without a claim', async () => {
    expect(await driver.poke(isolation())).toMatchObject({ status: 'partial', reason: 'ok' });
    expect(calls.map(({ path }) => path)).toEqual(['/api/v1/contain']);
  });

  it('leaves the other actions to their targets', async () => {
    expect(await driver.verify(requestFor('freeze_agent'))).toMatchObject({
      detail: expect.stringContaining('tokens/targets/agent'),
    });
    expect(calls).toEqual([]);
  });
});

describe('a step that cannot be taken says why', () => {
  it.each([
    ['the report names nothing on the host', { agent: 'planner' }, 'unknown_target', /nothing on/],
    ['the host has no agent', { host: 'web-3', process: '42' }, 'unknown_target', /web-3/],
    ['the agent is down', { host: 'web-2', process: '42' }, 'unreachable', /nobody/],
  ])('where %s', async (_, subject, reason, detail) => {
    for (const outcome of [
      await driver.apply(isolation(subject)),
      await driver.verify(isolation(subject)),
      await driver.release(isolation(subject)),
    ]) {
      expect(outcome).toMatchObject({ status: 'failed', reason });
      expect(outcome.detail).toMatch(detail);
    }
  });

  it.each([
    [403, 'subject_not_allowed', 'refused', false],
    [404, 'subject_not_found', 'refused', false],
    [422, 'unsupported_subject', 'refused', false],
    [500, 'nft_missing', 'http_error', true],
  ])('where the agent answers %i', async (status, code, reason, retryable) => {
    for (const path of Object.keys(answers)) answers[path] = [status, { code }];
    const outcome = await driver.apply(isolation());
    expect(outcome).toMatchObject({ status: 'failed', reason, retryable });
    expect(outcome.detail).toContain(code);
  });

  it('where the answer is none', async () => {
    answers['/api/v1/contain/state'] = [200, { in_force: true }];
    expect(await driver.verify(isolation())).toMatchObject({ reason: 'unreadable_state' });
  });
});
