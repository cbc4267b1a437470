import { expect, test } from 'vitest';
import { alertmanager } from '../../../src/shim/alerts/alertmanager.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const RESOLVED = sampleDocument('alertmanager.json');
const FIRING = sampleDocument('alertmanager-firing.json');

const split = (document: typeof FIRING) => alertmanager.split(document, WITHOUT);
const recognised = (document: typeof FIRING) => alertmanager.recognise(document, WITHOUT);

test('a group is recognised, Grafana’s is not, nor is anything else', () => {
  expect([RESOLVED, FIRING, [FIRING]].every(recognised)).toBe(true);
  expect([sampleDocument('grafana.json'), ...NOTHINGS].some(recognised)).toBe(false);
});

test('an alert that is over is said to be over, and when', () => {
  expect(split(RESOLVED)).toMatchObject({
    alerts: [
      {
        kind: 'cleared',
        identity: ['7f3bb0c7a2b1d9e4', '2026-02-03T04:00:00Z', 'resolved'],
        occurred_at: '2026-02-03T04:07:30.000Z',
        title: 'AgentToolCallBurst',
        facts: { labels: { agent_id: 'planner-3' }, external_url: 'http://alertmanager:9093' },
      },
    ],
    refused: [],
  });
});

test('how many alerts the sender left out is said', () => {
  expect(split(RESOLVED).disagreements).toEqual([
    '2 more alerts of the group were left out by the sender',
  ]);
});

test('an alert is known by itself, whatever group it comes in', () => {
  const elsewhere = withMember(withMember(FIRING, 'groupKey', 'other'), 'receiver', 'other');
  expect(split(elsewhere).alerts[0]?.identity).toEqual(split(FIRING).alerts[0]?.identity);
});

test('an alert that fires again is another one, and its end is too', () => {
  const ids = [
    FIRING,
    withMember(FIRING, 'alerts.0.startsAt', '2026-02-03T05:00:00Z'),
    withMember(FIRING, 'alerts.0.status', 'resolved'),
  ].map((document) => split(document).alerts[0]?.identity.join('|'));
  expect(new Set(ids).size).toBe(3);
});

test('without a fingerprint an alert is known by its labels, in whatever order', () => {
  const bare = withMember(FIRING, 'alerts.0.fingerprint', undefined);
  const turned = withMember(
    bare,
    'alerts.0.labels',
    Object.fromEntries(
      Object.entries({
        alertname: 'AgentToolCallBurst',
        severity: 'warning',
        namespace: 'agents',
        pod: 'agent-7c9d',
        agent_id: 'planner-3',
      }).toReversed(),
    ),
  );
  const [first, again] = [bare, turned].map((document) => split(document).alerts[0]?.identity);
  expect(first?.[0]).toBe('labels');
  expect(again).toEqual(first);
  expect(split(withMember(bare, 'alerts.0.labels.pod', 'agent-0')).alerts[0]?.identity).not.toEqual(
    first,
  );
});

test('the year 1 is no time at which an alert ended', () => {
  const unended = withMember(RESOLVED, 'alerts.0.endsAt', '0001-01-01T00:00:00Z');
  expect(split(unended).alerts[0]?.occurred_at).toBe('');
  expect(split(FIRING).alerts[0]?.occurred_at).toBe('2026-02-03T04:00:00.000Z');
});

test('what the group says of its alerts is not believed against them', () => {
  const lying = withMember(FIRING, 'status', 'resolved');
  expect(split(lying)).toMatchObject({
    alerts: [{ kind: 'finding' }, {}, {}, {}],
    disagreements: ['the group is called resolved, and 4 of its alerts are firing'],
  });
  expect(split(withMember(RESOLVED, 'status', 'firing')).disagreements).toContain(
    'the group is called firing, and no alert is',
  );
  expect(split(withMember(FIRING, 'commonLabels', { team: 'red' })).disagreements).toEqual([
    'not every alert has the labels that all are said to have',
  ]);
});

test('the alert that always fires is the word of the monitoring about itself', () => {
  expect(split(FIRING).alerts.map(({ kind }) => kind)).toEqual([
    'finding',
    'finding',
    'finding',
    'health',
  ]);
  expect(split(FIRING).alerts[3]?.facts['health']).toEqual({ event: 'Watchdog', lost: null });
});

test('an alert that cannot be read costs the others nothing', () => {
  const broken = withMember(withMember(FIRING, 'alerts.1.labels', []), 'alerts.2.status', 'maybe');
  expect(split(broken)).toMatchObject({
    alerts: [{ title: 'AgentToolCallBurst' }, { title: 'Watchdog' }],
    refused: [
      { index: 1, reason: 'it has no labels' },
      { index: 2, reason: 'its status is not firing or resolved' },
    ],
  });
  expect(split({}).refused).toEqual([{ index: 0, reason: 'it is no group of alerts' }]);
});

describeAlertFormat(alertmanager, [RESOLVED, FIRING]);
