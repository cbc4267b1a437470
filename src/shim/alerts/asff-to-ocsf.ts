import type { Json, JsonObject } from '../../domain/alert.ts';
import { instant, isObject, listOf, member, objectOf, text } from './reading.ts';

/** https://schema.ocsf.io/1.1.0/classes: Vulnerability, Compliance and Detection Finding. */
const CLASSES = { vulnerability: 2002, compliance: 2003, detection: 2004 } as const;

/** `severity_id` and its words, by "Severity.Label". */
const SEVERITIES: Readonly<Record<string, readonly [number, string]>> = {
  INFORMATIONAL: [1, 'Informational'],
  LOW: [2, 'Low'],
  MEDIUM: [3, 'Medium'],
  HIGH: [4, 'High'],
  CRITICAL: [5, 'Critical'],
};

const STATUSES: Readonly<Record<string, string>> = {
  NEW: 'New',
  NOTIFIED: 'In Progress',
  SUPPRESSED: 'Suppressed',
  RESOLVED: 'Resolved',
};

/**
 * A finding in ASFF as OCSF 1.1 says it, in those members that tell what it is, how severe, and about whom; after
 * the mapping of https://github.com/ocsf/examples, "AWS Security Hub, Detection Finding". Members that the finding does
 * not have are left out.
 */
export function asffToOcsf(finding: JsonObject): JsonObject {
  const said = (...path: string[]) => text(member(finding, ...path));
  const classUid = classOf(finding);
  const activity = said('UpdatedAt') === said('CreatedAt') ? 1 : 2;
  const [severityId, severity] = SEVERITIES[said('Severity', 'Label')] ?? [0, 'Unknown'];
  return {
    class_uid: classUid,
    category_uid: Math.trunc(classUid / 1_000),
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    ...{ severity_id: severityId, severity },
    ...present({ status: STATUSES[said('Workflow', 'Status')] ?? '' }),
    ...time(finding),
    finding_info: infoOf(finding),
    metadata: metadataOf(finding),
    cloud: {
      provider: 'AWS',
      ...present({ region: said('Region') }),
      account: present({ uid: said('AwsAccountId') }),
    },
    resources: listOf(member(finding, 'Resources')).filter(isObject).map(resourceOf),
    evidences: evidencesOf(finding),
  };
}

function classOf(finding: JsonObject): number {
  const types = listOf(member(finding, 'Types')).map(text);
  if (types.some((type) => type.startsWith('Software and Configuration Checks/Vulnerabilities'))) {
    return CLASSES.vulnerability;
  }
  return isObject(member(finding, 'Compliance')) ? CLASSES.compliance : CLASSES.detection;
}

/** Without the members that say nothing. */
function present(members: Record<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''));
}

/** `time` is in milliseconds since the epoch. */
function time(finding: JsonObject): JsonObject {
  const at = [member(finding, 'UpdatedAt'), member(finding, 'CreatedAt')].map(instant);
  const ms = Date.parse(at.find((found) => found !== '') ?? '');
  return Number.isNaN(ms) ? {} : { time: ms };
}

function infoOf(finding: JsonObject): JsonObject {
  const said = (...path: string[]) => text(member(finding, ...path));
  return {
    ...present({ uid: said('Id'), title: said('Title'), desc: said('Description') }),
    ...present({ src_url: said('SourceUrl') }),
    types: listOf(member(finding, 'Types')).filter((type) => typeof type === 'string'),
  };
}

function metadataOf(finding: JsonObject): JsonObject {
  const said = (...path: string[]) => text(member(finding, ...path));
  return {
    ...present({ log_version: said('SchemaVersion') }),
    product: {
      ...present({ uid: said('ProductArn'), name: said('ProductName') }),
      ...present({ vendor_name: said('CompanyName') }),
      feature: present({ uid: said('GeneratorId') }),
    },
    version: '1.1.0',
  };
}

function resourceOf(resource: JsonObject): JsonObject {
  const said = (name: string) => text(member(resource, name));
  return {
    ...present({ uid: said('Id'), type: said('Type'), region: said('Region') }),
    ...present({ cloud_partition: said('Partition') }),
    data: objectOf(member(resource, 'Details')),
  };
}

/** GuardDuty has it in fields of its own, others in `Action` or in `Network`. */
const GUARD_DUTY = 'aws/guardduty/service/action';

function evidencesOf(finding: JsonObject): Json[] {
  const first = (...paths: string[][]) =>
    paths.map((path) => text(member(finding, ...path))).find((word) => word !== '') ?? '';
  const inCall = (name: string) => ['ProductFields', `${GUARD_DUTY}/awsApiCallAction/${name}`];
  const remote = (action: string) => [
    ...[['ProductFields', `${GUARD_DUTY}/${lowerFirst(action)}/remoteIpDetails/ipAddressV4`]],
    ...[['Action', action, 'RemoteIpDetails', 'IpAddressV4']],
  ];
  const operation = first(inCall('api'), ['Action', 'AwsApiCallAction', 'Api']);
  const service = first(inCall('serviceName'), ['Action', 'AwsApiCallAction', 'ServiceName']);
  const ip = first(
    ...remote('AwsApiCallAction'),
    ...remote('NetworkConnectionAction'),
    ['Network', 'SourceIpV4'],
    ['Network', 'SourceIpV6'],
  );
  const evidence: JsonObject = {
    ...(operation !== '' && { api: { operation, service: present({ name: service }) } }),
    ...(ip !== '' && { src_endpoint: { ip } }),
  };
  return Object.keys(evidence).length === 0 ? [] : [evidence];
}

function lowerFirst(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}
