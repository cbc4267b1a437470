import { expect, test } from 'vitest';
import { kyverno } from '../../../src/shim/alerts/kyverno.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const REPORT = sampleDocument('kyverno-policy-report.json');
const OPEN = sampleDocument('kyverno-openreports.json');
const SINGLE = sampleDocument('kyverno-policy-reporter.json');
const SAMPLES = [REPORT, OPEN, SINGLE];

const split = (document: typeof REPORT) => kyverno.split(document, WITHOUT);
const recognised = (document: typeof REPORT) => kyverno.recognise(document, WITHOUT);

test('reports of both groups, lists of them and single results are recognised', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [REPORT] };
  expect([...SAMPLES, list, [OPEN, REPORT]].every(recognised)).toBe(true);
  expect(split(list).alerts).toEqual(split(REPORT).alerts);
  expect(NOTHINGS.some(recognised)).toBe(false);
});

test('what failed is an alert, what passed is none', () => {
  expect(split(REPORT)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        occurred_at: '2023-12-06T13:19:22.000Z',
        title: 'disallow-host-namespaces/host-namespaces',
        facts: {
          result: 'fail',
          severity: 'medium',
          resource: { kind: 'Pod', namespace: 'kube-system' },
        },
      },
    ],
    refused: [],
  });
});

test('the summary is not believed against the results', () => {
  expect(split(REPORT).disagreements).toEqual([
    'the summary says otherwise than the results: pass 10 not 1, fail 2 not 1',
  ]);
  expect(split(OPEN).disagreements).toEqual([]);
});

test('a report that is written again without a change says nothing new', () => {
  const again = withMember(
    withMember(REPORT, 'metadata.resourceVersion', '9'),
    'metadata.uid',
    'x',
  );
  expect(split(again).alerts[0]?.identity).toEqual(split(REPORT).alerts[0]?.identity);
});

test('another resource, rule, message, result or time is another alert', () => {
  const ids = [
    REPORT,
    withMember(REPORT, 'scope.uid', 'another'),
    withMember(REPORT, 'results.1.rule', 'another'),
    withMember(REPORT, 'results.1.message', 'another'),
    withMember(REPORT, 'results.1.result', 'error'),
    withMember(REPORT, 'results.1.timestamp.seconds', 1_701_868_763),
  ].map((document) => split(document).alerts[0]?.identity.join('|'));
  expect(new Set(ids).size).toBe(6);
});

test('a resource without a uid is known by its name', () => {
  const unknown = withMember(REPORT, 'scope.uid', undefined);
  expect(split(unknown).alerts[0]?.identity[0]).toBe(
    'Pod/kube-system/kube-apiserver-kind-control-plane',
  );
});

test('a result of its own goes before the scope of its report', () => {
  const own = withMember(REPORT, 'results.1.resources', [{ kind: 'Pod', name: 'a', uid: 'u-1' }]);
  expect(split(own).alerts[0]).toMatchObject({ facts: { resource: { uid: 'u-1' } } });
  expect(split(own).alerts[0]?.identity[0]).toBe('u-1');
});

test('the result that Policy Reporter posts is read like one in a report', () => {
  expect(split(SINGLE)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        occurred_at: '2026-02-03T04:00:00.000Z',
        title: 'verify-agent-images/check-signature',
        facts: { result: 'fail', resource: { name: 'planner-3-7c9d' } },
      },
    ],
    refused: [],
    disagreements: [],
  });
});

test('what shows that Policy Reporter is there is no finding', () => {
  expect(split({ event: 'heartbeat', time: '2026-02-03T04:00:00Z' }).alerts).toMatchObject([
    { kind: 'health', occurred_at: '2026-02-03T04:00:00.000Z' },
  ]);
});

test('a result that cannot be read costs the others nothing', () => {
  const broken = withMember(withMember(OPEN, 'results.0.policy', ''), 'results.1.result', 'fail');
  expect(split(broken)).toMatchObject({
    alerts: [{ title: 'restrict-automount-sa-token/validate-automountServiceAccountToken' }],
    refused: [{ index: 0, reason: 'it names no policy' }],
  });
  expect(split(withMember(OPEN, 'results.0.result', 'maybe')).refused).toEqual([
    { index: 0, reason: 'its result is none that there is' },
  ]);
});

describeAlertFormat(kyverno, SAMPLES);
