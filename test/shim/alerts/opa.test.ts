import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/alert.ts';
import { opa } from '../../../src/shim/alerts/opa.ts';
import { text } from '../../../src/shim/alerts/reading.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { alertIn, alertsIn, sampleDocument } from '../../support/alert-samples.ts';

const HERE = { headers: {} };
const ALLOWED = sampleDocument('opa-allowed.json');
const DECISIONS = sampleDocument('opa-decisions.json') as JsonObject[];
const DENIED = DECISIONS[0] ?? {};

describeAlertFormat(opa, [ALLOWED, DECISIONS]);

test('each decision of a list is an alert by its decision_id', () => {
  const alerts = alertsIn(opa, DECISIONS);
  expect(alerts.map(({ identity }) => identity)).toStrictEqual(
    DECISIONS.map(({ decision_id }) => [decision_id]),
  );
  expect(alerts[0]).toMatchObject({
    kind: 'finding',
    title: 'Decision of agents/tools/allow',
    occurred_at: '2025-11-25T10:40:00.000Z',
    facts: DENIED,
  });
});

test('one decision alone, as the console log writes it, is the same as in a list', () => {
  const logged = { ...DENIED, level: 'info', msg: 'Decision Log', time: '2025-11-25T10:40:00Z' };
  expect(opa.recognise(logged, HERE)).toBe(true);
  expect(alertIn(opa, logged).identity).toStrictEqual(alertIn(opa, [DENIED]).identity);
});

test.each([[true], ['true'], [{ allow: true }], [[]], [null]])(
  'a result of %j stays as it is, for the rules to judge',
  (result) => {
    expect(alertIn(opa, { ...DENIED, result }).facts['result']).toStrictEqual(result);
  },
);

test('a decision for a query has it as its title', () => {
  const { path: _, ...asked } = DENIED;
  expect(alertIn(opa, { ...asked, query: 'data.agents.allow' }).title).toBe(
    'Decision of data.agents.allow',
  );
});

test.each([
  ['no decision_id', { decision_id: '' }, 'it has no decision_id'],
  ['a number as decision_id', { decision_id: 7 }, 'it has no decision_id'],
])('a part with %s is refused, and costs the others nothing', (_, change, reason) => {
  const split = opa.split([DENIED, { ...DENIED, ...change }, ...DECISIONS.slice(1)], HERE);
  expect(split.alerts).toHaveLength(DECISIONS.length);
  expect(split.refused).toStrictEqual([{ index: 1, reason }]);
});

test('an id without anything that was decided is no decision', () => {
  expect(opa.split({ decision_id: 'x', labels: {}, timestamp: 'now' }, HERE)).toMatchObject({
    alerts: [],
    refused: [{ index: 0, reason: 'it has nothing that was decided' }],
  });
});

test('a decision with both a result and an error says two things', () => {
  const both = { ...DENIED, error: { code: 'eval_conflict_error', message: 'two outputs' } };
  expect(opa.split([both], HERE).disagreements).toStrictEqual([
    `decision ${text(DENIED['decision_id'])} has a result, and an error beside it`,
  ]);
});
