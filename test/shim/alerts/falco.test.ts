import { assert, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/alert.ts';
import { falco } from '../../../src/shim/alerts/falco.ts';
import { FORMATS } from '../../../src/shim/alerts/formats.ts';
import { recogniseFormat } from '../../../src/shim/alerts/recognise.ts';
import { alertIn, sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';
import {
  HOSTILE_RUNS,
  NOTHINGS,
  expectSplitsHonestly,
  hostileDocuments,
} from '../../support/hostile-documents.ts';

const HERE = { headers: {} };
const SHELL = sampleDocument('falco-syscall.json') as JsonObject;
const SAMPLES = [
  SHELL,
  sampleDocument('falco-null-field.json'),
  sampleDocument('falco-metrics-snapshot.json'),
  ...sampleDocuments('falco-kubernetes.ndjson'),
  ...sampleDocuments('falco-cloud.ndjson'),
];

test('an event of Falco is a finding under its rule, at its time, with its own members as facts', () => {
  expect(alertIn(falco, SHELL)).toMatchObject({
    kind: 'finding',
    title: 'Terminal shell in container',
    occurred_at: '2023-05-25T13:44:05.478Z',
    facts: SHELL,
  });
});

test('nanoseconds beyond 2^53 keep each of their digits', () => {
  const facts = alertIn(falco, SHELL).facts as { output_fields: JsonObject };
  expect(facts.output_fields['evt.time']).toBe('1685022245478445995');
});

test('an event without source, hostname and tags, and with null among its fields, is read', () => {
  const alert = alertIn(falco, sampleDocument('falco-null-field.json'));
  expect(alert).toMatchObject({ kind: 'finding', title: 'Terminal shell in container' });
});

test.each(SAMPLES)('%# of the samples is recognised as from Falco', (document) => {
  expect(recogniseFormat(document, HERE, FORMATS)).toMatchObject({ format: { name: 'falco' } });
});

test('an event that is sent again is the same, and any other event is another', () => {
  const identities = SAMPLES.map((document) => JSON.stringify(alertIn(falco, document).identity));
  expect(new Set(identities).size).toBe(SAMPLES.length);
  expect(alertIn(falco, structuredClone(SHELL)).identity).toStrictEqual(
    alertIn(falco, SHELL).identity,
  );
});

test.each([
  ['its time', { time: '2023-05-25T13:44:05.478445996Z' }],
  ['its rule', { rule: 'Another rule' }],
  ['its host', { hostname: 'another' }],
  ['its output', { output: 'another' }],
])('%s makes it another event', (_, change) => {
  expect(alertIn(falco, { ...SHELL, ...change }).identity).not.toStrictEqual(
    alertIn(falco, SHELL).identity,
  );
});

test('an event whose output is left out is told from others by its fields', () => {
  const { output: _, ...silent } = SHELL;
  const other = { ...silent, output_fields: { 'proc.name': 'bash' } };
  expect(alertIn(falco, silent).identity).not.toStrictEqual(alertIn(falco, other).identity);
});

test.each([
  ['falco-metrics-snapshot.json', 0, 'metrics snapshot', 0],
  ['falco-kubernetes.ndjson', 6, 'syscall event drop', 4711],
])('what Falco says of itself in %s is its health, with what it lost', (file, at, event, lost) => {
  const alert = alertIn(falco, sampleDocuments(file)[at] ?? null);
  expect(alert).toMatchObject({ kind: 'health', facts: { health: { event, lost } } });
});

test('a list of events is read one by one, and what is no event costs only itself', () => {
  const split = falco.split([SHELL, { rule: 'without more' }, null, SHELL], HERE);
  expect(split.alerts).toHaveLength(2);
  expect(split.refused.map(({ index }) => index)).toStrictEqual([1, 2]);
});

test.each(NOTHINGS.map((document) => ({ document })))('$document is no alert', ({ document }) => {
  expect(falco.recognise(document, HERE)).toBe(false);
  expect(falco.split(document, HERE).alerts).toStrictEqual([]);
});

test('whatever comes, nothing is thrown and each alert is one', () => {
  assert(
    property(hostileDocuments(SAMPLES), (document: Json) => expectSplitsHonestly(falco, document)),
    HOSTILE_RUNS,
  );
});
