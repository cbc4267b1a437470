import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/alert.ts';
import { falco } from '../../../src/shim/alerts/falco.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { alertIn, sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';

const HERE = { headers: {} };

/** What takes milliseconds, on a machine that others use too; with each character read again for each, it takes minutes. */
const GENEROUS_MS = 5_000;

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

describeAlertFormat(falco, SAMPLES);

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

test.each([
  ['time', { time: `.${'0'.repeat(200_000)}` }],
  ['fields', { output_fields: Object.fromEntries(longFields(2_000)) }],
])('an event with much too much in its %s is read in no time', (_, change) => {
  const began = performance.now();
  alertIn(falco, { ...SHELL, output: 'A'.repeat(200_000), ...change });
  expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
});

function longFields(howMany: number): [string, string][] {
  return Array.from({ length: howMany }, (_, i) => [`field${i}`, `${'A'.repeat(600)}${i}`]);
}
