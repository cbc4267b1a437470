import { expect, test } from 'vitest';
import { grafana } from '../../../src/shim/alerts/grafana.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const GROUP = sampleDocument('grafana.json');

const split = (document: typeof GROUP) => grafana.split(document, WITHOUT);
const recognised = (document: typeof GROUP) => grafana.recognise(document, WITHOUT);

test('Grafana’s group is recognised, Alertmanager’s is not, nor is anything else', () => {
  expect(recognised(GROUP)).toBe(true);
  expect([sampleDocument('alertmanager.json'), ...NOTHINGS].some(recognised)).toBe(false);
});

test('each alert of a group is one, with its values', () => {
  expect(split(GROUP)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        identity: ['c6eadffa33fcdf37', '2026-02-03T05:12:10+01:00', 'firing'],
        occurred_at: '2026-02-03T04:12:10.000Z',
        title: 'Prompt injection blocked',
        facts: { values: { A: 3 }, receiver: 'cordon' },
      },
      { kind: 'cleared', occurred_at: '2026-02-03T04:07:30.000Z' },
      { kind: 'health', title: 'DatasourceError' },
    ],
    refused: [],
    disagreements: [],
  });
});

test('that a rule has no data, or is tried out, is Grafana’s word about itself', () => {
  const noData = withMember(GROUP, 'alerts.0.labels.alertname', 'DatasourceNoData');
  const tried = withMember(GROUP, 'alerts.0.labels', {
    alertname: 'TestAlert',
    instance: 'Grafana',
  });
  expect([noData, tried].map((document) => split(document).alerts[0]?.kind)).toEqual([
    'health',
    'health',
  ]);
});

test('the state that the group is in is not believed against its alerts', () => {
  expect(split(withMember(GROUP, 'status', 'resolved'))).toMatchObject({
    alerts: [{ kind: 'finding' }, { kind: 'cleared' }, { kind: 'health' }],
    disagreements: ['the group is called resolved, and 2 of its alerts are firing'],
  });
});

describeAlertFormat(grafana, [GROUP]);
