import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { asff } from '../../../src/shim/alerts/asff.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const FINDING = sampleDocument('asff-guardduty.json');
const BY_EVENT_BRIDGE = sampleDocument('asff-eventbridge.json');
const BY_SNS = sampleDocument('asff-sns.json');
const SAMPLES = [FINDING, BY_EVENT_BRIDGE, BY_SNS];

const split = (document: Json) => asff.split(document, WITHOUT);
const recognised = (document: Json) => asff.recognise(document, WITHOUT);
const kind = (document: Json) => split(document).alerts[0]?.kind;

test('findings are recognised in whatever they are wrapped in, nothing else is', () => {
  expect([...SAMPLES, { Findings: [FINDING] }, [FINDING, FINDING]].every(recognised)).toBe(true);
  expect([sampleDocument('ocsf-guardduty.json'), ...NOTHINGS].some(recognised)).toBe(false);
});

test('a finding is known by its product, its id and its last change', () => {
  expect(split(FINDING)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        identity: [
          'arn:aws:securityhub:us-east-2::product/aws/guardduty',
          'arn:aws:guardduty:us-east-2:111111111111:detector/1ac1bfceda6679698215d5d0EXAMPLE/finding/a6c556fcbc9bea427a19f8b787099a0b',
          ...['2023-09-19T15:05:22.487Z', 'ACTIVE', 'NEW', ''],
        ],
        occurred_at: '2023-09-19T15:05:22.487Z',
        facts: { Title: expect.any(String) as string, severity_id: 2 },
      },
    ],
    refused: [],
  });
});

test('the same finding is the same, whichever way it came', () => {
  const ways = [FINDING, { Findings: [FINDING] }, { detail: { findings: [FINDING] } }, BY_SNS];
  const alerts = ways.map((document) => split(document).alerts);
  expect(alerts.slice(1)).toEqual([alerts[0], alerts[0], alerts[0]]);
});

test('a change of the finding is another alert', () => {
  const changed = withMember(FINDING, 'UpdatedAt', '2023-09-20T15:05:22.487Z');
  expect(split(changed).alerts[0]?.identity).not.toEqual(split(FINDING).alerts[0]?.identity);
});

test('a finding that is archived, resolved or passed is over; a sample is the product’s own word', () => {
  expect(kind(withMember(FINDING, 'RecordState', 'ARCHIVED'))).toBe('cleared');
  expect(kind(withMember(FINDING, 'Workflow.Status', 'RESOLVED'))).toBe('cleared');
  expect(kind(withMember(FINDING, 'Workflow.Status', 'SUPPRESSED'))).toBe('cleared');
  expect(kind(withMember(FINDING, 'Compliance', { Status: 'PASSED' }))).toBe('cleared');
  expect(kind(withMember(FINDING, 'Sample', true))).toBe('health');
  expect(kind(withMember(FINDING, 'Title', '[SAMPLE] of nothing'))).toBe('health');
});

test('what a finding says in two ways is not taken for one', () => {
  expect(split(FINDING).disagreements).toEqual([
    'Severity.Normalized is not what Severity.Label says',
  ]);
  const archived = withMember(
    withMember(FINDING, 'Severity.Normalized', 39),
    'ProductFields.aws/guardduty/service/archived',
    'true',
  );
  expect(split(archived).alerts[0]?.kind).toBe('finding');
});

test('a message of SNS that holds no finding is refused, and says why', () => {
  expect(split(withMember(BY_SNS, 'Message', 'text')).refused).toEqual([
    { index: 0, reason: 'the message of SNS is no JSON' },
  ]);
  expect(
    split({ Type: 'SubscriptionConfirmation', TopicArn: 'arn', Message: '…' }).refused,
  ).toEqual([
    { index: 0, reason: 'SNS asks to have a subscription confirmed (SubscriptionConfirmation)' },
  ]);
  const often = { Findings: [{ Findings: [{ Findings: [{ Findings: [FINDING] }] }] }] };
  expect(split(often)).toMatchObject({ alerts: [], refused: [{}] });
});

test('a finding that cannot be read costs the others nothing', () => {
  expect(split(withMember(BY_EVENT_BRIDGE, 'detail.findings.0.Id', null))).toMatchObject({
    alerts: [{ title: 'S3 general purpose buckets should block public access' }],
    refused: [{ index: 0, reason: 'it has no Id, ProductArn and Title' }],
  });
});

describeAlertFormat(asff, [BY_EVENT_BRIDGE, BY_SNS]);
