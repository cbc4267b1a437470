import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { ocsf } from '../../../src/shim/alerts/ocsf.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const FINDING = sampleDocument('ocsf-guardduty.json');
const LIST = sampleDocument('ocsf-findings.json');

const split = (document: Json) => ocsf.split(document, WITHOUT);
const recognised = (document: Json) => ocsf.recognise(document, WITHOUT);
const kind = (document: Json) => split(document).alerts[0]?.kind;

const byEventBridge = (finding: Json) => ({
  'detail-type': 'Findings Imported V2',
  source: 'aws.securityhub',
  detail: { findings: [finding] },
});

test('findings are recognised, one, many or wrapped, nothing else is', () => {
  expect([FINDING, LIST, byEventBridge(FINDING)].every(recognised)).toBe(true);
  expect([sampleDocument('asff-guardduty.json'), ...NOTHINGS].some(recognised)).toBe(false);
});

test('a finding is known by its uid, its change and what was done; its time is in milliseconds', () => {
  expect(split(FINDING)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        identity: [
          'arn:aws:securityhub:us-east-2::product/aws/guardduty',
          'arn:aws:guardduty:us-east-2:111111111111:detector/1ac1bfceda6679698215d5d0EXAMPLE/finding/a6c556fcbc9bea427a19f8b787099a0b',
          ...['', '2023-09-19T11:05:22.487-04:00', '1', 'new'],
        ],
        occurred_at: '2023-09-19T15:05:22.487Z',
      },
    ],
    refused: [],
    disagreements: [],
  });
  expect(split(byEventBridge(FINDING)).alerts).toEqual(split(FINDING).alerts);
});

test('another change, activity or event is another alert', () => {
  const ids = [
    FINDING,
    withMember(FINDING, 'activity_id', 2),
    withMember(FINDING, 'metadata.uid', 'another'),
    withMember(FINDING, 'finding_info.modified_time_dt', '2023-09-20T00:00:00Z'),
  ].map((document) => split(document).alerts[0]?.identity.join('|'));
  expect(new Set(ids).size).toBe(4);
});

test('the JSON inside of a resource is read', () => {
  expect(split(FINDING).alerts[0]?.facts).toMatchObject({
    resources: [{ data: { AwsIamAccessKey: { PrincipalName: 'Admin' } } }],
  });
  expect(split(withMember(FINDING, 'resources.0.data', '{"a":')).alerts[0]?.facts).toMatchObject({
    resources: [{ data: {} }],
  });
});

test('a finding that is closed, resolved or archived is over', () => {
  expect(kind(withMember(FINDING, 'activity_id', 3))).toBe('cleared');
  expect(kind(withMember(FINDING, 'status_id', 4))).toBe('cleared');
  expect(kind(withMember(FINDING, 'status', 'Archived'))).toBe('cleared');
  expect(kind(withMember(FINDING, 'unmapped.RecordState', 'ARCHIVED'))).toBe('cleared');
  expect(kind(withMember(FINDING, 'unmapped.Sample', 'true'))).toBe('health');
});

test('the numbers are gone by, and that the words say otherwise is said', () => {
  const lying = withMember(withMember(FINDING, 'severity', 'Critical'), 'type_uid', 200_402);
  expect(split(lying).disagreements).toEqual([
    'type_uid 200402 is not of its class and activity, 200401',
    'severity_id says low and severity says otherwise',
  ]);
  expect(split(withMember(FINDING, 'time_dt', '2020-01-01T00:00:00Z')).disagreements).toEqual([
    'time and time_dt are different times',
  ]);
});

test('a security finding of the older class is read as one', () => {
  const info = Object(FINDING)['finding_info'] as Json;
  const older = withMember(
    withMember(withMember(FINDING, 'class_uid', 2001), 'finding', info),
    'finding_info',
    undefined,
  );
  expect(split(older).alerts[0]?.facts['finding_info']).toEqual(info);
});

test('an event that is no finding is refused, and costs the others nothing', () => {
  const mixed = withMember(withMember(LIST, '0.class_uid', 4001), '1.finding_info.uid', '');
  expect(split(mixed)).toMatchObject({
    alerts: [{}, {}],
    refused: [
      { index: 0, reason: 'its class 4001 is none of findings' },
      { index: 1, reason: 'its finding has no uid' },
    ],
  });
});

describeAlertFormat(ocsf, [FINDING, LIST]);
