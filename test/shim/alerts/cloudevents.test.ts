import { assert, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { cloudevents } from '../../../src/shim/alerts/cloudevents.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import {
  expectSplitsHonestly,
  HOSTILE_RUNS,
  hostileDocuments,
  NOTHINGS,
} from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const ONE = sampleDocument('cloudevents-structured.json');
const BATCH = sampleDocument('cloudevents-batch.json');
const OF_FALCO = sampleDocument('cloudevents-falco.json');

const HEADERS = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-type': 'com.example.someevent',
  'ce-source': '/mycontext/4%20%22five%22',
  'ce-id': 'A234-1234-1234',
  'ce-time': '2018-04-05T17:31:00.123456Z',
  'ce-agent': 'planner-3',
};

const split = (document: Json) => cloudevents.split(document, WITHOUT);
const recognised = (document: Json) => cloudevents.recognise(document, WITHOUT);

test('events are recognised, one or many, nothing else is', () => {
  expect([ONE, BATCH, OF_FALCO].every(recognised)).toBe(true);
  expect(NOTHINGS.some(recognised)).toBe(false);
});

test('an event is known by its source and its id', () => {
  expect(split(ONE)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        identity: ['/mycontext', 'C234-1234-1234'],
        occurred_at: '2018-04-05T17:31:00.000Z',
        title: 'com.example.someevent',
        facts: { comexampleothervalue: 5, data: { appinfoB: 123 } },
      },
    ],
    refused: [],
    disagreements: [],
  });
});

test('each event of a batch is one, and data that are no JSON are kept as they are', () => {
  expect(split(BATCH)).toMatchObject({
    alerts: [
      { facts: { data_base64: '... base64 encoded string ...' } },
      { identity: ['/mycontext/9', 'C234-1234-1234'] },
    ],
  });
});

test('in binary mode the headers are the event, and the body is its data', () => {
  const envelope = { headers: HEADERS };
  expect(cloudevents.recognise({ anything: 1 }, envelope)).toBe(true);
  expect(cloudevents.split({ anything: 1 }, envelope)).toMatchObject({
    alerts: [
      {
        identity: ['/mycontext/4 "five"', 'A234-1234-1234'],
        occurred_at: '2018-04-05T17:31:00.123Z',
        facts: {
          agent: 'planner-3',
          datacontenttype: 'application/json',
          data: { anything: 1 },
        },
      },
    ],
    refused: [],
  });
});

test('headers that cannot be decoded are taken as they are', () => {
  const envelope = { headers: { ...HEADERS, 'ce-id': '100%' } };
  expect(cloudevents.split(null, envelope).alerts[0]?.identity[1]).toBe('100%');
});

test('an event that lacks what each must have is refused, and says what', () => {
  const { 'ce-id': _id, ...rest } = HEADERS;
  expect(cloudevents.split({}, { headers: rest }).refused).toEqual([
    { index: 0, reason: 'it has no id' },
  ]);
  const broken = withMember(withMember(BATCH, '0.source', undefined), '0.type', '');
  expect(split(broken)).toMatchObject({
    alerts: [{ title: 'com.example.someotherevent' }],
    refused: [{ index: 0, reason: 'it has no source, no type' }],
  });
  expect(split(withMember(ONE, 'specversion', '0.3')).refused[0]?.reason).toBe(
    'its specversion is not 1.0',
  );
});

test('what Falcosidekick sends again under a new id is the same event of Falco', () => {
  const again = withMember(withMember(OF_FALCO, 'id', 'another'), 'data.uuid', 'another');
  expect(split(again).alerts[0]?.identity).toEqual(split(OF_FALCO).alerts[0]?.identity);
  expect(split(OF_FALCO).alerts[0]?.identity[1]).toBe('2026-02-03T04:00:00.123456789Z');
  expect(split(withMember(OF_FALCO, 'data.output', 'x')).alerts[0]?.identity).not.toEqual(
    split(OF_FALCO).alerts[0]?.identity,
  );
  expect(split(withMember(OF_FALCO, 'data', null)).alerts[0]?.identity).toEqual([
    'https://falco.org',
    'f7628198-3822-4c98-ac3f-71770e272a16',
  ]);
});

test('what Falco says of itself is no finding', () => {
  const metrics = withMember(OF_FALCO, 'data.rule', 'Falco internal: metrics snapshot');
  expect(split(metrics).alerts).toMatchObject([
    { kind: 'health', facts: { health: { event: 'metrics snapshot' } } },
  ]);
});

test('that an event has data twice is said', () => {
  expect(split(withMember(ONE, 'data_base64', 'AA==')).disagreements).toEqual([
    'an event has both data and data_base64',
  ]);
});

test('no body, however hostile, makes it throw in binary mode', () => {
  assert(
    property(hostileDocuments([ONE, BATCH]), (document) => {
      expectSplitsHonestly(cloudevents, document, { headers: HEADERS });
    }),
    HOSTILE_RUNS,
  );
});

describeAlertFormat(cloudevents, [ONE, BATCH, OF_FALCO, sampleDocument('cloudevents-report.json')]);
