import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { trivy } from '../../../src/shim/alerts/trivy.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument, sampleDocuments } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const IMAGE = sampleDocument('trivy-image.json');
const REPOSITORY = sampleDocument('trivy-repository.json');
const [VULNERABLE = null, EXPOSED = null] = sampleDocuments('trivy-operator.ndjson');

const split = (document: Json) => trivy.split(document, WITHOUT);
const recognised = (document: Json) => trivy.recognise(document, WITHOUT);

test('reports of Trivy and of its operator are recognised, nothing else is', () => {
  expect([IMAGE, REPOSITORY, VULNERABLE, EXPOSED].every(recognised)).toBe(true);
  expect(NOTHINGS.some(recognised)).toBe(false);
});

test('each vulnerability of a package is an alert, whose time is read to the millisecond', () => {
  expect(split(IMAGE)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        occurred_at: '2021-08-25T12:20:30.000Z',
        facts: {
          kind: 'vulnerability',
          id: 'CVE-2019-14697',
          severity: 'CRITICAL',
          package: 'musl',
          fixed_version: '1.1.20-r5',
          artifact: {
            digest: 'sha256:055936d3920576da37aa9bc460d70c5f212028bda1c08c0879aedf03d7a66ea1',
          },
        },
      },
      { facts: { package: 'musl-utils' } },
    ],
    refused: [],
    disagreements: [],
  });
});

test('failed checks, secrets and licences are alerts too, passed checks are none', () => {
  expect(split(REPOSITORY).alerts.map(({ facts }) => [facts['kind'], facts['id']])).toEqual([
    ['vulnerability', 'CVE-2024-4068'],
    ['misconfiguration', 'DS002'],
    ['secret', 'aws-access-key-id'],
    ['license', 'GPL-3.0'],
  ]);
});

test('another scan that finds the same in the same image says nothing new', () => {
  const again = withMember(
    withMember(IMAGE, 'CreatedAt', '2026-02-03T04:00:00Z'),
    'ReportID',
    'another',
  );
  const identities = (document: Json) => split(document).alerts.map(({ identity }) => identity);
  expect(identities(again)).toEqual(identities(IMAGE));
  expect(new Set(identities(IMAGE).map(String)).size).toBe(2);
  expect(identities(withMember(IMAGE, 'Metadata.ImageID', 'sha256:0'))).not.toEqual(
    identities(IMAGE),
  );
});

test('the resources of a cluster are read one by one', () => {
  const results = Object(REPOSITORY)['Results'] as Json;
  const cluster = {
    ClusterName: 'blue',
    Resources: [
      { Namespace: 'agents', Kind: 'Deployment', Name: 'planner', Results: results },
      { Namespace: 'agents', Kind: 'Pod', Name: 'guard', Results: results },
    ],
  };
  expect(split(cluster).alerts).toHaveLength(8);
  expect(split(cluster).alerts[4]).toMatchObject({
    facts: { workload: { namespace: 'agents', kind: 'Pod', name: 'guard' } },
  });
});

test('reports of the operator are read, wrapped or not', () => {
  expect(split(VULNERABLE).alerts[0]).toMatchObject({
    title: 'CVE-2019-20367',
    facts: {
      artifact: { name: 'index.docker.io/library/nginx:1.16' },
      workload: { kind: 'ReplicaSet', name: 'nginx-6d4cf56db6', container: 'nginx' },
    },
  });
  expect(split(EXPOSED).alerts).toMatchObject([
    { kind: 'finding', facts: { kind: 'secret', id: 'stripe-access-token' } },
  ]);
});

test('a report of the operator that is taken back is over', () => {
  const deleted = split(withMember(EXPOSED, 'verb', 'delete'));
  expect(deleted.alerts[0]?.kind).toBe('cleared');
  expect(deleted.alerts[0]?.identity).not.toEqual(split(EXPOSED).alerts[0]?.identity);
});

test('the summary is not believed against what was found', () => {
  const lying = withMember(VULNERABLE, 'report.summary.criticalCount', 0);
  expect(split(lying)).toMatchObject({
    alerts: [{}, {}],
    disagreements: ['the summary says otherwise than what was found: critical 0 not 2'],
  });
  expect(split(VULNERABLE).disagreements).toEqual([]);
});

test('a finding that cannot be read costs the others nothing', () => {
  const broken = withMember(IMAGE, 'Results.0.Vulnerabilities.0.VulnerabilityID', null);
  expect(split(broken)).toMatchObject({
    alerts: [{}],
    refused: [{ index: 0, reason: 'it has no id' }],
  });
  expect(split({ SchemaVersion: 1, ArtifactName: 'a' }).refused).toHaveLength(1);
});

describeAlertFormat(trivy, [IMAGE, REPOSITORY, VULNERABLE, EXPOSED]);
