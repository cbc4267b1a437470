import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../../../src/domain/alert.ts';
import { detectorRulesSchema } from '../../../src/domain/detector-rules.ts';
import { asff } from '../../../src/shim/alerts/asff.ts';
import { asffToOcsf } from '../../../src/shim/alerts/asff-to-ocsf.ts';
import { ocsf } from '../../../src/shim/alerts/ocsf.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';

const WITHOUT = { headers: {} };
const IN_ASFF = sampleDocument('asff-guardduty.json') as JsonObject;
const IN_OCSF = sampleDocument('ocsf-guardduty.json') as JsonObject;

/** Those that rules go by; the others of the published mapping are a time in one zone, a place, and what is unmapped. */
const THAT_MATTER = [
  ...['class_uid', 'category_uid', 'activity_id', 'type_uid', 'severity_id', 'severity', 'status'],
  ...['time', 'resources'],
] as const;

test('a finding in ASFF and the same in OCSF show rules the same', () => {
  const [one, other] = [asff.split(IN_ASFF, WITHOUT), ocsf.split(IN_OCSF, WITHOUT)].map(
    ({ alerts }) => alerts[0],
  );
  expect(one).toMatchObject({
    kind: other?.kind,
    occurred_at: other?.occurred_at,
    title: other?.title,
  });
  for (const name of THAT_MATTER) expect(one?.facts[name]).toEqual(other?.facts[name]);
  expect(other?.facts['finding_info']).toMatchObject(one?.facts['finding_info'] as object);
  expect(other?.facts['metadata']).toMatchObject({
    product: Object(one?.facts['metadata'])['product'] as Json,
    log_version: '2018-10-08',
  });
  expect(other?.facts['cloud']).toEqual(one?.facts['cloud']);
  expect(other?.facts['evidences']).toMatchObject(one?.facts['evidences'] as Json[]);
  expect(one?.facts['evidences']).toMatchObject([
    { api: { operation: 'DeleteTrail' }, src_endpoint: { ip: '52.94.133.131' } },
  ]);
});

test('the rules that ship for both are the same', () => {
  const [one, other] = ['asff', 'ocsf'].map((name) => {
    const url = new URL(`../../../policy/detectors/${name}.yaml`, import.meta.url);
    return detectorRulesSchema.parse(parse(readFileSync(url, 'utf8')));
  });
  expect(one?.rules).toEqual(other?.rules);
});

test('a finding that was changed since is an update', () => {
  const changed = withMember(IN_ASFF, 'UpdatedAt', '2023-09-20T00:00:00Z') as JsonObject;
  expect(asffToOcsf(changed)).toMatchObject({ activity_id: 2, type_uid: 200_402 });
});

test('compliance and vulnerabilities are classes of their own', () => {
  const failed = { ...IN_ASFF, Compliance: { Status: 'FAILED' } };
  const types = ['Software and Configuration Checks/Vulnerabilities/CVE'];
  expect(asffToOcsf(failed)).toMatchObject({ class_uid: 2003 });
  expect(asffToOcsf({ ...failed, Types: types })).toMatchObject({ class_uid: 2002 });
});

test('the address is found wherever products put it', () => {
  const { ProductFields: _fields, ...bare } = IN_ASFF;
  const inAction = { RemoteIpDetails: { IpAddressV4: '198.51.100.1' }, Api: 'GetObject' };
  expect(asffToOcsf({ ...bare, Action: { AwsApiCallAction: inAction } })).toMatchObject({
    evidences: [{ api: { operation: 'GetObject' }, src_endpoint: { ip: '198.51.100.1' } }],
  });
  expect(asffToOcsf({ ...bare, Network: { SourceIpV4: '198.51.100.2' } })).toMatchObject({
    evidences: [{ src_endpoint: { ip: '198.51.100.2' } }],
  });
  expect(asffToOcsf(bare)).toMatchObject({ evidences: [] });
});

test('what a finding does not have is left out, not made up', () => {
  expect(asffToOcsf({})).toEqual({
    ...{ class_uid: 2004, category_uid: 2, activity_id: 1, type_uid: 200_401 },
    ...{ severity_id: 0, severity: 'Unknown' },
    finding_info: { types: [] },
    metadata: { product: { feature: {} }, version: '1.1.0' },
    cloud: { provider: 'AWS', account: {} },
    ...{ resources: [], evidences: [] },
  });
});
