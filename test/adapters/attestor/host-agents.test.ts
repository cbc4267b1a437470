import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createHostAgents } from '../../../src/adapters/attestor/host-agents.ts';
import { attestationPolicySchema } from '../../../src/domain/attestation-policy.ts';
import type { QuoteAnswer } from '../../../src/domain/host-agent.ts';
import { startListener, type Respond } from './listener.ts';

const HOST = 'web-1';
const NONCE = 'ab'.repeat(32);
const TOKEN = 'f'.repeat(64);
/** What the policy allows at the least. */
const IMPATIENT_MS = 50;
const KIB = 1024;

const QUOTE: QuoteAnswer = {
  schema: 'tpm-evidence/1',
  request_nonce: NONCE,
  ak_public: 'AAAA',
  quote: 'AAAA',
  signature: 'AAAA',
  pcr_values: { sha256: { '0': '11' } },
  event_log_sha256: null,
};

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'agents-'));
  writeFileSync(join(home, 'token'), `${TOKEN}\n`);
});
afterAll(() => rmSync(home, { recursive: true }));

/** The adapter, by a policy that knows one host. */
function agentsAt(place: object) {
  const hosts = { [HOST]: { token_file: 'token', timeout_ms: 5_000, ...place } };
  const attempts = { most: 1, window: '1m' };
  const policy = attestationPolicySchema.parse({ version: 1, attempts, hosts });
  const agents = createHostAgents({ policy: () => policy, home });
  onTestFinished(() => agents.close());
  return agents;
}

/** The same, and an agent that answers like this. */
async function answering(respond: Respond, place: object = {}) {
  return agentsAt({ url: await startListener(respond), ...place });
}

const saying =
  (status: number, body: string | Uint8Array = '', headers = {}): Respond =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

describe('an agent that answers', () => {
  it('is asked with the nonce and the token, and its quote is handed on', async () => {
    const seen: unknown[] = [];
    const agents = await answering(async (request, response) => {
      const body = (await request.setEncoding('utf8').toArray()).join('');
      seen.push([request.method, request.url, request.headers.authorization, JSON.parse(body)]);
      response.end(JSON.stringify(QUOTE));
    });
    expect(await agents.quote(HOST, NONCE)).toEqual({ answer: QUOTE });
    const asked = { request_nonce: NONCE };
    expect(seen).toEqual([['POST', '/api/v1/quote', `Bearer ${TOKEN}`, asked]]);
  });

  it('is asked with the token that its file has now', async () => {
    const seen: unknown[] = [];
    const agents = await answering(
      ({ headers }, response) => {
        seen.push(headers.authorization);
        response.end(JSON.stringify(QUOTE));
      },
      { token_file: 'rotated' },
    );
    for (const token of ['a'.repeat(64), 'b'.repeat(64)]) {
      writeFileSync(join(home, 'rotated'), token);
      await agents.quote(HOST, NONCE);
    }
    expect(seen).toEqual([`Bearer ${'a'.repeat(64)}`, `Bearer ${'b'.repeat(64)}`]);
  });

  it('shows its keys and opens credentials', async () => {
    const identity = {
      schema: 'tpm-identity/1',
      ak_public: 'AAAA',
      ek_public: 'BBBB',
      ek_certificate: null,
    };
    const agents = await answering(({ url }, response) =>
      response.end(JSON.stringify(url === '/api/v1/identity' ? identity : { secret: 'AQID' })),
    );
    expect(await agents.identity(HOST)).toEqual({ answer: identity });
    const opened = await agents.activate(HOST, { credential: 'AAAA', secret: 'AAAA' });
    expect(opened).toEqual({ answer: Buffer.of(1, 2, 3) });
  });
});

describe('an agent that says nothing of its host is a fault, to be tried again', () => {
  it.each([500, 502, 503, 429])('after a %i', async (status) => {
    const agents = await answering(saying(status, JSON.stringify(QUOTE)));
    await failing(agents.quote(HOST, NONCE), 'agent_failing');
    await failing(agents.eventLog(HOST), 'agent_failing');
  });

  it('when it is down', async () => {
    await failing(agentsAt({ unix: 'nobody.sock' }).quote(HOST, NONCE), 'agent_unreachable');
  });

  it('when it hangs up in the middle', async () => {
    const agents = await answering((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"schema":', () => response.destroy());
    });
    await failing(agents.quote(HOST, NONCE), 'agent_unreachable');
  });

  it.each([
    ['before it answers', () => undefined],
    ['in the middle of its answer', (...[, response]) => void response.write('{"schema":')],
  ] as [string, Respond][])('when it hangs %s', async (_when, respond) => {
    const agents = await answering(respond, { timeout_ms: IMPATIENT_MS });
    await failing(agents.quote(HOST, NONCE), 'agent_timeout');
  });

  it('when whoever asked has given up', async () => {
    const agents = await answering(() => undefined);
    const attempt = agents.quote(HOST, NONCE, AbortSignal.timeout(IMPATIENT_MS));
    await failing(attempt, 'agent_timeout');
    await failing(agents.quote(HOST, NONCE, AbortSignal.abort()), 'agent_timeout');
  });

  async function failing(attempt: Promise<unknown>, code: string): Promise<void> {
    await expect(attempt).rejects.toMatchObject({ name: 'Fault', code, retryable: true });
  }
});

describe('an answer that is none is a refusal', () => {
  const json = JSON.stringify(QUOTE);
  const { signature: _, ...unsigned } = QUOTE;

  it.each([
    ['agent-refused', 401, json],
    ['agent-refused', 403, json],
    ['malformed-evidence', 404, json],
    ['malformed-evidence', 204, ''],
    ['malformed-evidence', 422, json],
    ['malformed-evidence', 200, ''],
    ['malformed-evidence', 200, '<html>'],
    ['malformed-evidence', 200, Buffer.from(json.replace('AAAA', 'AA\xff'), 'latin1')],
    ['malformed-evidence', 200, '[]'],
    ['malformed-evidence', 200, JSON.stringify(unsigned)],
    ['malformed-evidence', 200, JSON.stringify({ ...QUOTE, schema: 'tpm-evidence/2' })],
    ['malformed-evidence', 200, JSON.stringify({ ...QUOTE, verdict: 'accepted' })],
    ['malformed-evidence', 200, JSON.stringify({ ...QUOTE, pcr_values: { sha256: { '0': 1 } } })],
  ])('%s: %i %j', async (reason, status, body) => {
    const agents = await answering(saying(status, body));
    expect(await agents.quote(HOST, NONCE)).toMatchObject({ reason });
  });

  it('says which member is wrong, and quotes nothing of it', async () => {
    const agents = await answering(saying(200, JSON.stringify({ ...QUOTE, quote: 7 })));
    const said = await agents.quote(HOST, NONCE);
    expect(said).toMatchObject({ detail: expect.stringContaining(' quote ') });
    expect(JSON.stringify(said)).not.toContain(TOKEN);
  });

  it('where it is longer than 64 KiB, though it has the form', async () => {
    const long = JSON.stringify({
      ...QUOTE,
      quote: 'A'.repeat(32 * KIB),
      signature: 'A'.repeat(32 * KIB),
    });
    expect(Buffer.byteLength(long)).toBeGreaterThan(64 * KIB);
    const agents = await answering(saying(200, long));
    expect(await agents.quote(HOST, NONCE)).toMatchObject({ reason: 'malformed-evidence' });
  });

  it.each([301, 302, 307, 308])(
    'where it sends us elsewhere by %i: nobody follows',
    async (status) => {
      let followed = 0;
      const elsewhere = await startListener((_request, response) => {
        followed += 1;
        response.end(json);
      });
      const agents = await answering(saying(status, '', { location: `${elsewhere}/api/v1/quote` }));
      expect(await agents.quote(HOST, NONCE)).toMatchObject({ reason: 'malformed-evidence' });
      expect(followed).toBe(0);
    },
  );
});

describe('nobody is asked', () => {
  it.each(['web-2', '', 'constructor', '__proto__'])(
    'about %j, which the policy does not know',
    async (host) => {
      const agents = await answering(saying(200, JSON.stringify(QUOTE)));
      expect(await agents.quote(host, NONCE)).toMatchObject({ reason: 'agent-unconfigured' });
    },
  );

  it.each(['none', '.'])('where no token can be read from %j', async (token_file) => {
    const agents = await answering(saying(200, JSON.stringify(QUOTE)), { token_file });
    expect(await agents.quote(HOST, NONCE)).toMatchObject({ reason: 'agent-unconfigured' });
  });

  it('where the file of its authority is not there', async () => {
    const agents = agentsAt({ url: 'https://localhost:9', ca_file: 'none.pem' });
    expect(await agents.quote(HOST, NONCE)).toMatchObject({
      reason: 'agent-unconfigured',
      detail: expect.stringContaining('none.pem'),
    });
  });
});

describe('an event log', () => {
  it('of 1 MiB is handed on as it is', async () => {
    const log = Buffer.alloc(KIB * KIB, 0xa5);
    const agents = await answering(saying(200, log));
    const said = await agents.eventLog(HOST);
    expect('answer' in said && Buffer.compare(said.answer, log)).toBe(0);
  });

  it.each([
    ['is longer', saying(200, Buffer.alloc(KIB * KIB + 1)), 'malformed-evidence'],
    ['is not there', saying(404), 'event-log-missing'],
    ['is only for others', saying(401), 'agent-refused'],
  ])('that %s is no answer', async (_what, respond, reason) => {
    const agents = await answering(respond);
    expect(await agents.eventLog(HOST)).toMatchObject({ reason });
  });
});

describe('what is asked of a subject', () => {
  const subject = { kind: 'cgroup', path: '/agents/one' } as const;
  const refusal = JSON.stringify({ error: 'there is no such cgroup', code: 'subject_not_found' });

  it.each([400, 404, 422])('that it cannot be done is no fault of its form: %i', async (status) => {
    const agents = await answering(saying(status, refusal));
    const unable = {
      reason: 'agent-unable',
      detail: `the agent answered ${status}: subject_not_found`,
    };
    const order = { subject, collector: 'processes' as const, deadline_ms: 1_000, recipients: [] };
    expect(await agents.freeze(HOST, subject)).toEqual(unable);
    expect(await agents.thaw(HOST, subject)).toEqual(unable);
    expect(await agents.capture(HOST, order)).toEqual(unable);
  });
});
