import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/alert.ts';
import { envoy } from '../../../src/shim/alerts/envoy.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { alertIn, sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';

const HERE = { headers: {} };

/** What takes milliseconds, on a machine that others use too; with each character read again for each, it takes minutes. */
const GENEROUS_MS = 5_000;

const GATEWAY = sampleDocument('envoy-gateway-rbac.json') as JsonObject;
const ISTIO = sampleDocuments('envoy-istio.ndjson') as JsonObject[];
const LINES = sampleDocuments('envoy-lines.txt') as { line: string }[];

describeAlertFormat(envoy, [GATEWAY, ...ISTIO, ...LINES]);

const DENIED = {
  method: 'POST',
  path: '/v1/tools/exec',
  authority: 'tools.agents.svc.cluster.local',
  response_code: 403,
  response_flags: '',
  x_request_id: '6f0a6c0e-3a38-4f0e-9d45-5cf2f0c6a1b2',
  user_agent: 'python-httpx/0.27.0',
  upstream_host: '',
  bytes_sent: 19,
};

test.each([
  ['Envoy Gateway, as JSON', GATEWAY],
  ['Istio, as JSON', ISTIO[0]],
  ['Envoy, as a line', LINES[0]],
])('a line of %s has one shape', (_, document) => {
  expect(alertIn(envoy, document ?? null)).toMatchObject({
    kind: 'finding',
    title: 'POST tools.agents.svc.cluster.local/v1/tools/exec: 403',
    occurred_at: '2026-02-03T04:05:06.789Z',
    facts: DENIED,
  });
});

test("a line in Istio's format has what its format adds", () => {
  expect(alertIn(envoy, LINES[2] ?? null).facts).toMatchObject({
    response_code: 403,
    response_code_details:
      'rbac_access_denied_matched_policy[ns[agents]-policy[deny-exec]-rule[0]]',
    client_address: '10.42.0.17',
    route_name: 'default',
  });
});

test('numbers are numbers whether they came as texts, and what is absent is nothing', () => {
  expect(alertIn(envoy, ISTIO[1] ?? null).facts).toMatchObject({
    response_code: 502,
    duration: 0,
    upstream_host: '',
    upstream_cluster: '',
  });
  const { duration: _, ...untimed } = GATEWAY;
  expect(alertIn(envoy, { ...untimed, response_code: '-' }).facts).toMatchObject({
    response_code: 0,
    duration: null,
  });
});

test('a connection without a request is one', () => {
  expect(alertIn(envoy, LINES[3] ?? null)).toMatchObject({
    title: 'Connection: 0',
    facts: { method: '', response_flags: 'UH', upstream_cluster: 'BlackHoleCluster' },
  });
});

test.each([
  ['10.42.0.17:51514', '10.42.0.17'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['/var/run/envoy.sock', '/var/run/envoy.sock'],
])('a client at %s has the address %s', (downstream_remote_address, client_address) => {
  const facts = alertIn(envoy, { ...GATEWAY, downstream_remote_address }).facts;
  expect(facts['client_address']).toBe(client_address);
});

test('whatever else is logged can be asked for', () => {
  const downstream_peer_uri_san = 'spiffe://cluster.local/ns/agents/sa/planner';
  expect(alertIn(envoy, { ...GATEWAY, downstream_peer_uri_san }).facts['log']).toMatchObject({
    downstream_peer_uri_san,
  });
});

test('a request that went through two proxies is logged by each', () => {
  const second = { ...GATEWAY, downstream_remote_address: '10.42.0.9:40000' };
  expect(alertIn(envoy, second).identity).not.toStrictEqual(alertIn(envoy, GATEWAY).identity);
});

test('a request that was tried again under its id is another line', () => {
  const again = { ...GATEWAY, start_time: '2026-02-03T04:05:06.790Z' };
  expect(alertIn(envoy, again).identity).not.toStrictEqual(alertIn(envoy, GATEWAY).identity);
});

const FORGED =
  '[2026-02-03T04:05:06.789Z] "GET /x HTTP/1.1" 200 - 0 1 1 - "-" "a" "-" "-" "-" HTTP/1.1" 403 - ' +
  '0 19 1 - "-" "curl" "6f0a6c0e" "tools" "-"';

test('a path that writes an answer into the line hides no refusal', () => {
  const split = envoy.split({ line: FORGED }, HERE);
  expect(split.alerts).toMatchObject([{ facts: { response_code: 403, upstream_host: '' } }]);
  expect(split.disagreements).toHaveLength(1);
});

test('a quote in a header leaves the answer as it is, and gives nothing that follows', () => {
  const line = (LINES[0]?.line ?? '').replace('python-httpx/0.27.0', 'a" "b');
  const split = envoy.split({ line }, HERE);
  expect(split.alerts).toMatchObject([{ facts: { response_code: 403, x_request_id: '' } }]);
  expect(split.disagreements).toStrictEqual([
    'a quote in a header makes a line read in more than one way: trust nothing in it but its time',
  ]);
});

test.each([
  [{ line: '[2026-02-03T04:05:06.789Z] some other program' }],
  [{ line: '127.0.0.1 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 403 9 "-" "curl"' }],
  [{ response_code: 403 }],
  [{ response_code: 403, response_flags: '-' }],
  [{ response_code: {}, response_flags: '-', start_time: '2026-02-03T04:05:06.789Z' }],
])('%j is no line of an access log', (part) => {
  expect(envoy.split([part, GATEWAY], HERE)).toMatchObject({
    alerts: [{ facts: DENIED }],
    refused: [{ index: 0, reason: 'it is no line of an access log' }],
  });
});

test.each([
  ['quotes', '"'.repeat(200_000)],
  ['words', '1 '.repeat(100_000)],
  ['answers', ' HTTP/1.1" 200 - '.repeat(12_000)],
  ['blanks', ' '.repeat(200_000)],
])('a line of %s without end is read in no time', (_, much) => {
  const began = performance.now();
  envoy.split({ line: `[2026-02-03T04:05:06.789Z] "GET /x HTTP/1.1" 200 - ${much}` }, HERE);
  expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
});
