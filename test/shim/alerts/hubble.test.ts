import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/alert.ts';
import { hubble } from '../../../src/shim/alerts/hubble.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { alertIn, sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';

const HERE = { headers: {} };
const DROPPED = sampleDocument('hubble-dropped.json') as JsonObject;
const FLOW = DROPPED['flow'] as JsonObject;
const EXPORT = sampleDocuments('hubble-export.ndjson');

describeAlertFormat(hubble, [DROPPED, ...EXPORT]);

test('a dropped flow is told with its verdict, its reason and where it went', () => {
  expect(alertIn(hubble, DROPPED)).toMatchObject({
    kind: 'finding',
    title: 'Flow DROPPED: POLICY_DENIED',
    occurred_at: '2023-08-21T12:12:18.510Z',
    facts: {
      verdict: 'DROPPED',
      source: { namespace: 'default', pod_name: 'xwing' },
      protocol: 'TCP',
      destination_port: 80,
      node_name: 'kind-kind/kind-worker',
    },
  });
});

test('a flow is the same bare, wrapped, and wrapped with its node and time', () => {
  const identities = [FLOW, { flow: FLOW }, DROPPED].map((part) => alertIn(hubble, part).identity);
  expect(new Set(identities.map((identity) => JSON.stringify(identity))).size).toBe(1);
});

test('a flow with a uuid goes by it, whatever else of it is masked', () => {
  const flow: JsonObject = { ...FLOW, uuid: 'c1a6a1de-97cb-4b0b-9a3c-6d0b9d1c2f00' };
  const { l4: _, ...masked } = flow;
  expect(alertIn(hubble, { flow: masked }).identity).toStrictEqual(
    alertIn(hubble, { flow }).identity,
  );
});

test('without a uuid another nanosecond is another flow', () => {
  const flow = { ...FLOW, time: '2023-08-21T12:12:18.510175416Z' };
  expect(alertIn(hubble, { flow }).identity).not.toStrictEqual(
    alertIn(hubble, { flow: FLOW }).identity,
  );
});

test('verdict, direction and drop reason read alike by name and by number', () => {
  const { drop_reason_desc: _, ...flow } = FLOW;
  const numbers = { ...flow, verdict: 2, traffic_direction: 2, drop_reason: 133 };
  expect(alertIn(hubble, { flow: numbers }).facts).toMatchObject({
    verdict: 'DROPPED',
    traffic_direction: 'EGRESS',
    drop_reason_desc: 'POLICY_DENIED',
  });
});

test.each([[{}], [null], [[]], ['masked']])('a source masked as %j is an empty one', (source) => {
  const facts = alertIn(hubble, { flow: { ...FLOW, source, destination: source } }).facts;
  expect(facts).toMatchObject({ source: {}, destination: {} });
});

test('a request at layer 7 keeps what was asked', () => {
  expect(alertIn(hubble, EXPORT[3] ?? null).facts['l7']).toMatchObject({
    http: { method: 'DELETE', url: 'http://search.tools:8080/index' },
  });
});

test('lost events are its health, with how many', () => {
  expect(alertIn(hubble, EXPORT[6] ?? null)).toMatchObject({
    kind: 'health',
    occurred_at: '2025-11-25T10:20:07.000Z',
    facts: { health: { event: 'lost events', lost: 128 } },
  });
});

test('a node that is gone is its health', () => {
  const status = { node_status: { state_change: 'NODE_GONE', node_names: ['prod/worker-3'] } };
  expect(alertIn(hubble, status)).toMatchObject({
    kind: 'health',
    facts: { health: { lost: null } },
  });
});

test.each([
  [{ flow: { ...FLOW, verdict: 'SOMETHING' } }, 'it has no flow with a verdict'],
  [{ flow: { verdict: 'DROPPED' } }, 'its flow is from nowhere to nowhere'],
  [{ flow: [] }, 'it has no flow with a verdict'],
])('a part that is no flow is refused: %#', (part, reason) => {
  expect(hubble.split([DROPPED, part], HERE)).toMatchObject({
    alerts: [{ kind: 'finding' }],
    refused: [{ index: 1, reason }],
  });
});

test('what a flow and its wrapping say otherwise is told, and the flow is gone by', () => {
  const split = hubble.split({ ...DROPPED, node_name: 'elsewhere' }, HERE);
  expect(split.disagreements).toStrictEqual(['a flow and what it came in have another node_name']);
  expect(split.alerts[0]?.facts['node_name']).toBe('kind-kind/kind-worker');
});

test('a flow that passed with a reason to drop it is told', () => {
  expect(
    hubble.split({ flow: { ...FLOW, verdict: 'FORWARDED' } }, HERE).disagreements,
  ).toStrictEqual(['a flow was FORWARDED, and dropped for POLICY_DENIED']);
});
