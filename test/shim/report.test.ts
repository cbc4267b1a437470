import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentRecordSchema } from '../../src/domain/incident-record.ts';
import {
  ATTESTATION_FAILURE,
  boot,
  failure,
  TOOL_CALL_BURST,
  type Booted,
  readIncident,
  read,
} from './boot.ts';

const PATH = '/api/v1/incidents/report';
let shim: Booted;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

const send = (body: unknown, headers: Record<string, string> = {}) =>
  shim.ask(PATH, { token: shim.tokens.reporter, body, headers });

const incidents = async () => (await shim.ledger.register.stats()).total_incidents;

describe('a report', () => {
  it('opens an incident and says where it is', async () => {
    const response = await send(ATTESTATION_FAILURE);
    const incident = incidentRecordSchema.parse(await response.json());
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe(`/api/v1/incidents/${incident.id}`);
    expect(incident).toMatchObject({
      state: 'open',
      severity: 'critical',
      source: 'runtime-attestor',
      reported_by: 'runtime-attestor',
      evidence: ATTESTATION_FAILURE.evidence,
    });
  });

  it('is answered with the first incident when its key comes again, also at the same instant', async () => {
    const key = { 'Idempotency-Key': 'falco-7731' };
    const answers = await Promise.all([1, 2, 3].map(() => send(TOOL_CALL_BURST, key)));
    const ids = await Promise.all(answers.map(async (a) => (await readIncident(a)).id));
    const replayed = answers.map((a) => a.headers.get('idempotent-replayed')).filter(Boolean);
    expect(new Set(ids).size).toBe(1);
    expect(answers.map((a) => a.status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    expect(replayed).toEqual(['true', 'true']);
  });

  it('waits for its containment where that is preferred', async () => {
    const body = { ...ATTESTATION_FAILURE, description: 'the one that is waited for' };
    const answer = send(body, { Prefer: 'respond-async, wait=20' });
    const { id } = await pollFor(async () => {
      const page = await shim.ledger.register.incidents({ state: 'open', limit: 10 });
      return page.incidents.find(({ description }) => description === body.description) ?? null;
    });
    await shim.course.contain(id);
    const response = await answer;
    expect(response.headers.get('preference-applied')).toBe('wait=20');
    expect(await readIncident(response)).toMatchObject({ id, state: 'contained' });
  });

  it('does not wait where there is nothing to contain, nor longer than asked', async () => {
    const logged = { class: 'forbidden_airlock_request', description: 'a request to nowhere' };
    const answers = await Promise.all([
      shim.ask(PATH, { token: shim.tokens.admin, body: logged, headers: { Prefer: 'wait=30' } }),
      send(TOOL_CALL_BURST, { Prefer: 'wait=0' }),
      send(TOOL_CALL_BURST, { Prefer: 'wait=soon' }),
    ]);
    expect(answers.map((a) => [a.status, a.headers.get('preference-applied')])).toEqual([
      [201, 'wait=30'],
      [201, 'wait=0'],
      [201, null],
    ]);
  });
});

describe('a report that is refused opens no incident', () => {
  const text = JSON.stringify(TOOL_CALL_BURST);
  const cases: [string, [number, string], unknown, Record<string, string>?][] = [
    ['for an unknown member', [400, 'invalid_report'], { ...TOOL_CALL_BURST, colour: 'red' }],
    ['for a missing member', [400, 'invalid_report'], { class: 'tool_call_burst' }],
    ['for a wrong type', [400, 'invalid_report'], { ...TOOL_CALL_BURST, description: 7 }],
    ['for an unknown severity', [400, 'invalid_report'], { ...TOOL_CALL_BURST, severity: 'huge' }],
    ['for not being an object', [400, 'invalid_report'], '[]'],
    ['for another source', [403, 'source_mismatch'], { ...TOOL_CALL_BURST, source: 'airlock' }],
    [
      'for a class of others',
      [403, 'class_not_allowed'],
      { ...TOOL_CALL_BURST, class: 'prompt_injection' },
    ],
    ['for no JSON', [400, 'bad_json'], '{"class":'],
    ['for an empty body', [400, 'bad_json'], ''],
    ['for trailing JSON', [400, 'bad_json'], `${text}{}`],
    ['for a name twice', [400, 'bad_json'], text.replace('{', '{"class":"integrity_violation",')],
    [
      'for a name twice further down',
      [400, 'bad_json'],
      text.replace('{', '{"evidence":{"a":1,"\\u0061":2},'),
    ],
    ['for a hostile name', [400, 'bad_json'], text.replace('{', '{"__proto__":{},')],
    ['for half a character', [400, 'bad_json'], text.replace('80', '\\ud83d')],
    [
      'for its depth',
      [400, 'bad_json'],
      text.replace('{', `{"evidence":{"a":${'['.repeat(40)}${']'.repeat(40)}},`),
    ],
    [
      'for its size',
      [413, 'body_too_large'],
      { ...TOOL_CALL_BURST, evidence: { a: 'x'.repeat(65_536) } },
    ],
    ['for its media type', [415, 'unsupported_media_type'], text, { 'content-type': 'text/plain' }],
    [
      'for its charset',
      [415, 'unsupported_media_type'],
      text,
      { 'content-type': 'application/json; charset=latin1' },
    ],
    ['for its encoding', [415, 'unsupported_media_type'], text, { 'content-encoding': 'gzip' }],
    [
      'for a key too long',
      [400, 'bad_idempotency_key'],
      text,
      { 'idempotency-key': 'k'.repeat(256) },
    ],
    ['for a key that is not ASCII', [400, 'bad_idempotency_key'], text, { 'idempotency-key': 'é' }],
    ['for a query', [400, 'invalid_query'], text, { 'x-query': '?dry_run=1' }],
  ];
  it.each(cases)('%s', async (_reason, expected, body, headers = {}) => {
    const before = await incidents();
    const { 'x-query': query = '', ...rest } = headers;
    const response = await shim.ask(PATH + query, {
      token: shim.tokens.reporter,
      body,
      headers: rest,
      method: 'POST',
    });
    expect(await failure(response)).toEqual(expected);
    expect(await incidents()).toBe(before);
  });

  it('for a class that nobody knows', async () => {
    const body = { ...TOOL_CALL_BURST, class: 'nonsense' };
    const response = await shim.ask(PATH, { token: shim.tokens.admin, body });
    expect(await failure(response)).toEqual([400, 'unknown_class']);
  });

  it('for bytes that are not UTF-8', async () => {
    const response = await fetch(shim.url + PATH, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${shim.tokens.reporter}`,
        'content-type': 'application/json',
      },
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(await failure(response)).toEqual([400, 'bad_utf8']);
  });

  it('naming the place of the mistake', async () => {
    const response = await send({ ...TOOL_CALL_BURST, subject: { host: '' } });
    expect(await read(response)).toMatchObject({
      error: expect.stringMatching(/^subject\.host: /),
    });
  });
});

async function pollFor<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
