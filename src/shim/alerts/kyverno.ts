import type { Alert, Json, JsonObject, SplitDocument } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import {
  aboutItself,
  goInstant,
  instant,
  isObject,
  itemsOf,
  listed,
  listOf,
  member,
  objectOf,
  readEach,
  text,
  word,
} from './reading.ts';

/**
 * Reports of the Policy Working Group (`wgpolicyk8s.io`) and of OpenReports (`openreports.io`), as Kyverno writes them,
 * alone or in a list; and the single result that Policy Reporter posts. A report is a state, written again whenever it
 * is looked at: a result is known by what it is about, what it says and when it was found, so that one which is sent
 * again without a change is the same. Passed and skipped results are no alerts.
 */
export const kyverno: AlertFormat = {
  name: 'kyverno',
  title: 'Kyverno policy reports',
  recognise: (document) =>
    listed(document)
      .flatMap(inList)
      .some((part) => isReport(part) || isSingle(part)),
  split: (document) => {
    const given = listed(document).flatMap(inList);
    return {
      ...readEach(given.flatMap(resultsOf), alertOf),
      disagreements: given.filter(isReport).flatMap(disagreementsOf),
    };
  },
};

const GROUPS = /^(?:wgpolicyk8s\.io|openreports\.io)\//;
const KINDS: readonly string[] = ['PolicyReport', 'ClusterPolicyReport', 'Report', 'ClusterReport'];
const RESULTS = ['pass', 'fail', 'warn', 'error', 'skip'] as const;
/** Of what is as it should be, or was not looked at, nothing is said. */
const NOT_SAID: readonly string[] = ['pass', 'skip'];

/** `kubectl get -o json` gives lists, and so does the API. */
function inList(part: Json): Json[] {
  return text(member(part, 'kind')).endsWith('List') ? itemsOf(part) : [part];
}

function isReport(part: Json): part is JsonObject {
  return (
    GROUPS.test(text(member(part, 'apiVersion'))) && KINDS.includes(text(member(part, 'kind')))
  );
}

/** https://kyverno.github.io/policy-reporter-docs: the body of its webhook. */
function isSingle(part: Json): part is JsonObject {
  const said = ['policy', 'status'].map((name) => text(member(part, name)));
  return said.every((words) => words !== '') && isObject(member(part, 'resource'));
}

interface Result {
  result: Json;
  /** Null where it came alone. */
  report: JsonObject | null;
}

function resultsOf(part: Json): Result[] {
  if (!isReport(part)) return [{ result: part, report: null }];
  return listOf(member(part, 'results')).map((result) => ({ result, report: part }));
}

function alertOf({ result: part, report }: Result): Alert | string | null {
  if (report === null && !isSingle(part)) return heartbeat(part) ?? 'it is no report and no result';
  const result = text(member(part, report === null ? 'status' : 'result'));
  if (NOT_SAID.includes(result)) return null;
  const [policy, rule, message] = ['policy', 'rule', 'message'].map((name) =>
    text(member(part, name)),
  );
  if (policy === undefined || policy === '') return 'it names no policy';
  if (!RESULTS.some((known) => known === result)) return 'its result is none that there is';
  const resources = resourcesOf(part, report);
  return {
    kind: 'finding',
    identity: [
      ...resources.map(nameOf),
      ...[policy, rule ?? '', result, stampOf(part), message ?? ''],
    ],
    occurred_at: instantOf(part),
    title: rule === '' || rule === undefined ? policy : `${policy}/${rule}`,
    facts: factsOf(objectOf(part), result, resources[0] ?? {}, report),
  };
}

/** What Policy Reporter posts to show that it is there. */
function heartbeat(part: Json): Alert | undefined {
  if (!isObject(part) || member(part, 'event') !== 'heartbeat') return undefined;
  const time = member(part, 'time');
  const identity = ['heartbeat', text(time)];
  const facts = { ...part, health: aboutItself('heartbeat', null) };
  return { kind: 'health', identity, occurred_at: instant(time), title: 'heartbeat', facts };
}

function resourcesOf(part: Json, report: JsonObject | null): JsonObject[] {
  const own = listOf(member(part, 'resources')).filter(isObject);
  if (own.length > 0) return own;
  return [member(part, 'resource'), member(report ?? undefined, 'scope')].filter(isObject);
}

/** Its uid, which no other resource ever has; else its name. */
function nameOf(resource: JsonObject): string {
  const uid = text(member(resource, 'uid'));
  if (uid !== '') return uid;
  return ['kind', 'namespace', 'name'].map((name) => text(member(resource, name))).join('/');
}

/** Go's encoding of a protobuf timestamp in reports, RFC 3339 in what Policy Reporter posts. */
function stampOf(part: Json): string {
  const stamp = ['seconds', 'nanos'].map((name) => word(member(part, 'timestamp', name)));
  return `${stamp.join('.')}${text(member(part, 'creationTimestamp'))}`;
}

function instantOf(part: Json): string {
  const seconds = member(part, 'timestamp', 'seconds');
  const nanos = member(part, 'timestamp', 'nanos');
  if (typeof seconds !== 'number') return goInstant(member(part, 'creationTimestamp'));
  return instant(seconds * 1_000 + (typeof nanos === 'number' ? Math.trunc(nanos / 1e6) : 0));
}

function factsOf(
  part: JsonObject,
  result: string,
  resource: JsonObject,
  report: JsonObject | null,
): JsonObject {
  const words = ['policy', 'rule', 'message', 'category', 'severity', 'source'];
  return {
    ...part,
    ...Object.fromEntries(words.map((name) => [name, text(member(part, name))])),
    result,
    resource,
    properties: objectOf(member(part, 'properties')),
    report: report === null ? {} : objectOf(member(report, 'metadata')),
  };
}

function disagreementsOf(report: JsonObject): SplitDocument['disagreements'] {
  const results = listOf(member(report, 'results')).map((result) => member(result, 'result'));
  const differing = RESULTS.flatMap((name) => {
    const said = member(report, 'summary', name);
    const counted = results.filter((result) => result === name).length;
    return typeof said === 'number' && said !== counted ? [`${name} ${said} not ${counted}`] : [];
  });
  if (differing.length === 0) return [];
  return [`the summary says otherwise than the results: ${differing.join(', ')}`];
}
