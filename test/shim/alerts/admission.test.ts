import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { admission } from '../../../src/shim/alerts/admission.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const STATUS = sampleDocument('admission-status.json');
const REVIEW = sampleDocument('admission-review.json');
const AUDIT = sampleDocument('admission-audit.json');
const LINES = sampleDocuments('admission-cosign.txt');
const SAMPLES = [STATUS, REVIEW, AUDIT, ...LINES];

const split = (document: Json) => admission.split(document, WITHOUT);
const recognised = (document: Json) => admission.recognise(document, WITHOUT);
const identity = (document: Json) => split(document).alerts[0]?.identity;

test('each of its forms is recognised, nothing else is', () => {
  expect(SAMPLES.every(recognised)).toBe(true);
  expect(NOTHINGS.some(recognised)).toBe(false);
});

test('a status is read for who denied what, and which image', () => {
  expect(split(STATUS)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        occurred_at: '',
        title: 'denied by mutate.kyverno.svc-fail: pods/agents/planner-3',
        facts: { webhook: 'mutate.kyverno.svc-fail', images: ['ghcr.io/acme/planner:2.1'] },
      },
    ],
    refused: [],
  });
});

test('a status that is no denial is no alert', () => {
  const others = [
    withMember(STATUS, 'status', 'Success'),
    withMember(STATUS, 'code', 404),
    withMember(STATUS, 'code', 500),
  ];
  expect(others.flatMap((document) => split(document).alerts)).toEqual([]);
});

test('the same refusal of another thing is another alert', () => {
  expect(identity(withMember(STATUS, 'details.name', 'planner-4'))).not.toEqual(identity(STATUS));
  expect(identity(structuredClone(STATUS))).toEqual(identity(STATUS));
});

test('a review is known by its uid and shows no object, but its images', () => {
  expect(split(REVIEW)).toMatchObject({
    alerts: [
      {
        identity: ['review', '705ab4f5-6393-11e8-b7cc-42010a800002'],
        facts: {
          user: 'system:serviceaccount:agents:planner',
          images: ['ghcr.io/acme/planner:2.1'],
        },
      },
    ],
  });
  expect(JSON.stringify(split(REVIEW).alerts)).not.toContain('securityContext":');
});

test('what was let in is no alert, and what was not decided is refused', () => {
  expect(split(withMember(REVIEW, 'response.allowed', true))).toMatchObject({
    alerts: [],
    refused: [],
  });
  expect(split(withMember(REVIEW, 'request.dryRun', true)).alerts).toEqual([]);
  expect(split(withMember(REVIEW, 'response', undefined)).refused).toEqual([
    { index: 0, reason: 'it is a review without a response' },
  ]);
  expect(split(withMember(REVIEW, 'response.allowed', 'false')).refused).toHaveLength(1);
});

test('of a list of audit events, those are alerts in which something was denied', () => {
  expect(split(AUDIT)).toMatchObject({
    alerts: [
      {
        identity: ['audit', '0c3c9b37-6d7a-4a25-9d17-4ab0f1f0b6c1'],
        occurred_at: '2026-02-03T04:00:00.104Z',
        facts: { user: 'system:serviceaccount:agents:planner', address: '10.0.4.17', code: 403 },
      },
      { facts: { user: 'alice' } },
      { facts: { code: 400, webhook: 'policy.sigstore.dev', user: 'bob' } },
    ],
    refused: [],
  });
});

test('an audit event by itself is read too; one of a request that has no answer yet says nothing', () => {
  const alone = withMember(
    {
      ...((Object(AUDIT)['items'] as Json[])[0] as object),
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
    },
    'annotations',
    {},
  );
  expect(split(alone).alerts).toHaveLength(1);
  expect(split(withMember(alone, 'stage', 'RequestReceived'))).toMatchObject({
    alerts: [],
    refused: [],
  });
});

test('cosign’s refusal is one alert, though it says it twice', () => {
  expect(LINES).toHaveLength(2);
  const said = 'no matching signatures: invalid signature when validating ASN.1 encoded signature';
  expect(LINES.map((line) => identity(line))).toEqual([
    ['line', said],
    ['line', said],
  ]);
  const earlier = { line: `main.go:69: error during command execution: ${said}` };
  expect(identity(earlier)).toEqual(['line', said]);
});

test('of another image it is another alert, where the image stands before it', () => {
  const [one = {}, other] = ['planner:2.1', 'planner:2.2'].map((image): Json => {
    return { line: `Error: ghcr.io/acme/${image}: no signatures found` };
  });
  expect(split(one)).toMatchObject({
    alerts: [{ facts: { images: ['ghcr.io/acme/planner:2.1'] } }],
  });
  expect(identity(other ?? {})).not.toEqual(identity(one));
});

test('what cosign says of a network, or of a success, is no refusal', () => {
  const others = [
    'Error: Get "https://ghcr.io/v2/": dial tcp: i/o timeout',
    'Verification for ghcr.io/acme/planner:2.1 --',
    'WARNING: no matching signatures would be found',
  ];
  for (const line of others) {
    expect(recognised({ line })).toBe(false);
    expect(split({ line })).toMatchObject({ alerts: [], refused: [{ reason: 'it is no denial' }] });
  }
});

describeAlertFormat(admission, SAMPLES.slice(0, -1));
