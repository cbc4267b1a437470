import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createKeylimeVerifier } from '../../../src/adapters/detectors/keylime-verifier.ts';
import { judgeRevocation } from '../../../src/adapters/detectors/keylime-verdict.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { type Respond, startListener } from '../attestor/listener.ts';

const AGENT = 'd432fbb3-d2f1-4a97-9ef7-75bd81c00000';

/** A verifier that answers as it is told to; what it was asked is kept. */
async function verifierThat(respond: Respond, timeoutMs = 5_000) {
  const asked: IncomingMessage[] = [];
  const url = await startListener((request, response) => {
    asked.push(request);
    return respond(request, response);
  });
  const home = mkdtempSync(join(tmpdir(), 'keylime-'));
  writeFileSync(join(home, 'token'), 'token-of-the-verifier\n', { mode: 0o600 });
  const place = { url, token_file: 'token' };
  const verifier = createKeylimeVerifier({ place, home, version: '2.5', timeoutMs });
  onTestFinished(async () => {
    await verifier.close();
    rmSync(home, { recursive: true });
  });
  return { verifier, asked };
}

const answering =
  (status: number, body: string): Respond =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };

test('the verifier is asked about the agent, with its token, and believed by the worse it says', async () => {
  const status = JSON.stringify(sampleDocument('keylime-agent-status.json'));
  const { verifier, asked } = await verifierThat(answering(200, status));
  const answer = await verifier.ask(AGENT);
  expect(answer).toEqual({
    operational_state: 7,
    attestation_status: 'PASS',
    last_event_id: 'qoute_validation.quote_validation',
  });
  expect(asked[0]).toMatchObject({ method: 'GET', url: `/v2.5/agents/${AGENT}` });
  expect(asked[0]?.headers.authorization).toBe('Bearer token-of-the-verifier');
  const revocation = { agent_id: AGENT, event_id: 'qoute_validation.quote_validation' };
  expect(judgeRevocation(revocation, answer).verdict).toBe('confirmed');
});

test('an agent that the verifier does not know is no answer, nor is an error', async () => {
  const unknown = await verifierThat(answering(404, '{"code": 404}'));
  expect(await unknown.verifier.ask(AGENT)).toEqual({
    silent: 'the verifier does not know the agent',
  });
  const failing = await verifierThat(answering(500, ''));
  expect(await failing.verifier.ask(AGENT)).toEqual({ silent: 'the verifier answered 500' });
});

test.each(['', 'no JSON', '{}', '{"results": {"operational_state": "7"}}', '[]'])(
  'an answer of another form is none: %s',
  async (body) => {
    const { verifier } = await verifierThat(answering(200, body));
    expect(await verifier.ask(AGENT)).toEqual({
      silent: 'the verifier gave an answer of another form',
    });
  },
);

test('a verifier that does not answer is not waited for beyond its time', async () => {
  const { verifier } = await verifierThat(() => undefined, 100);
  expect(await verifier.ask(AGENT)).toEqual({ silent: 'no answer in time' });
});

test('what is no name of an agent is never asked about', async () => {
  const { verifier, asked } = await verifierThat(answering(200, '{}'));
  for (const id of ['', '../verifier', 'a/b', 'a?b', `a${'b'.repeat(300)}`, '..']) {
    expect(await verifier.ask(id)).toEqual({ silent: 'the alert names no agent to ask about' });
  }
  expect(asked).toEqual([]);
});
