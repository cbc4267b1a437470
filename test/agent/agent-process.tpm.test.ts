import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootValues } from '../../src/range/practice-boot.ts';
import { agentProcess } from '../support/agent-process.ts';
import type { Part } from '../support/processes.ts';
import { type BlankTpm, startBlankTpm, verdictOn } from '../support/software-tpm.ts';
import { callSocket, jsonOf } from './ports.ts';
import { identitySchema, quoteAnswerSchema } from '../../src/domain/host-agent.ts';

const NONCE = 'cd'.repeat(32);
const TOKEN = 'f'.repeat(64);

let blank: BlankTpm;
let folder: string;
let socket: string;
let agent: Part;
beforeAll(async () => {
  blank = await startBlankTpm();
  folder = mkdtempSync(join(tmpdir(), 'a-'));
  socket = join(folder, 'agent.sock');
  agent = agentProcess(folder, TOKEN, {
    CORDON_AGENT_TCTI: blank.tcti,
    CORDON_AGENT_EVENT_LOG: join(folder, 'none'),
  });
  await agent.start();
});
afterAll(async () => {
  await agent.kill();
  await blank.stop();
  rmSync(folder, { recursive: true });
});

const call = (route: string, body?: object) =>
  callSocket(socket, route, { token: TOKEN, ...(body && { body: JSON.stringify(body) }) });

it('an agent that is killed and started again quotes with the same key', async () => {
  const before = identitySchema.parse(jsonOf(await call('GET /api/v1/identity')));
  await agent.kill();
  await agent.start();
  const answer = await call('POST /api/v1/quote', { request_nonce: NONCE });
  const akPublic = Buffer.from(before.ak_public, 'base64');
  const golden = { sha256: bootValues() };
  const verdict = verdictOn(quoteAnswerSchema.parse(jsonOf(answer)), {
    akPublic,
    nonce: NONCE,
    golden,
  });
  expect(verdict).toMatchObject({ accepted: true });
});

it('its log names the key and has neither the token nor a nonce', async () => {
  await call('POST /api/v1/quote', { request_nonce: NONCE });
  await call('POST /api/v1/quote', { request_nonce: `${NONCE}00` });
  const log = readFileSync(join(folder, 'log'), 'utf8');
  expect(log).toMatch(/"ak_name":"000b[0-9a-f]{64}"/);
  expect(log).not.toContain(TOKEN);
  expect(log).not.toContain(NONCE);
});
