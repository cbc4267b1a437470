import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { hasFinding, splitFindings, type Unwrapped } from './aws-envelope.ts';
import type { AlertFormat } from './format.ts';
import {
  aboutItself,
  decoded,
  firstInstant,
  instant,
  isObject,
  listOf,
  member,
  objectOf,
  text,
  word,
} from './reading.ts';

/** https://schema.ocsf.io: the classes of the category Findings. 2001 is deprecated, and its finding is `finding`. */
const FINDINGS = { first: 2001, last: 2007 } as const;

/** `status_id` of all classes: Suppressed, Resolved, Archived, Deleted. */
const OVER: readonly unknown[] = [3, 4, 5, 6];
const OVER_IN_WORDS: readonly string[] = ['suppressed', 'resolved', 'archived', 'deleted'];
/** `activity_id`: Close. */
const CLOSE = 3;

/**
 * Findings of the Open Cybersecurity Schema Framework, alone, in a list, or as AWS services wrap them. A finding is
 * known by its uid, and what is said of it by the event's own uid, the time of its last change and what was done.
 */
export const ocsf: AlertFormat = {
  name: 'ocsf',
  title: 'OCSF',
  recognise: (document) => hasFinding(document, isEvent),
  split: (document) => splitFindings(document, alertOf, disagreementsOf),
};

function isEvent(part: Json): part is JsonObject {
  return (
    isObject(part) &&
    typeof member(part, 'class_uid') === 'number' &&
    isObject(member(part, 'metadata'))
  );
}

function alertOf(unwrapped: Unwrapped): Alert | string {
  if ('none' in unwrapped) return unwrapped.none;
  const part = unwrapped.finding;
  if (!isEvent(part)) return 'it is no event of OCSF';
  const classUid = Number(member(part, 'class_uid'));
  if (!(classUid >= FINDINGS.first && classUid <= FINDINGS.last)) {
    return `its class ${classUid} is none of findings`;
  }
  const info = infoOf(part);
  const uid = text(member(info, 'uid'));
  if (uid === '') return 'its finding has no uid';
  const changes = ['modified_time', 'modified_time_dt'].map((name) => word(member(info, name)));
  const kind = kindOf(part);
  return {
    kind,
    identity: [
      ...[text(member(part, 'metadata', 'product', 'uid')), uid],
      text(member(part, 'metadata', 'uid')),
      changes.find((change) => change !== '') ?? word(member(part, 'time')),
      ...[word(member(part, 'activity_id')), statusOf(part)],
    ],
    occurred_at: firstInstant(member(part, 'time'), member(part, 'time_dt')),
    title: [text(member(info, 'title')), uid].find((title) => title !== '') ?? '',
    facts: {
      ...part,
      ...{ finding_info: info, resources: resourcesOf(part) },
      ...(kind === 'health' && { health: aboutItself('test', null) }),
    },
  };
}

function infoOf(part: JsonObject): JsonObject {
  return objectOf(member(part, 'finding_info') ?? member(part, 'finding'));
}

function statusOf(part: JsonObject): string {
  const id = word(member(part, 'status_id'));
  return id === '' ? text(member(part, 'status')).toLowerCase() : id;
}

/** What the products of AWS send to be tried is marked so, or says so in its title. */
function kindOf(part: JsonObject): Alert['kind'] {
  const isSample =
    ['true', true].includes((member(part, 'unmapped', 'Sample') ?? false) as string | boolean) ||
    text(member(infoOf(part), 'title')).startsWith('[SAMPLE]');
  if (isSample) return 'health';
  const isOver =
    member(part, 'activity_id') === CLOSE ||
    OVER.includes(member(part, 'status_id')) ||
    OVER_IN_WORDS.includes(text(member(part, 'status')).toLowerCase()) ||
    member(part, 'unmapped', 'RecordState') === 'ARCHIVED';
  return isOver ? 'cleared' : 'finding';
}

/** `data` may be JSON inside of a text: rules see what it holds, or an empty object. Older events have one resource. */
function resourcesOf(part: JsonObject): JsonObject[] {
  return [...listOf(member(part, 'resources')), member(part, 'resource')]
    .filter(isObject)
    .map((resource) => ({ ...resource, data: objectOf(decoded(member(resource, 'data'))) }));
}

/** `severity_id`, with the words for it. */
const SEVERITIES: Readonly<Record<number, string>> = {
  ...{ 0: 'unknown', 1: 'informational', 2: 'low', 3: 'medium', 4: 'high', 5: 'critical' },
  6: 'fatal',
};

/** What an event says twice: as numbers made of others, and in words. The numbers are gone by. */
function disagreementsOf(part: Json): string[] {
  const number = (name: string) => {
    const value = member(part, name);
    return typeof value === 'number' ? value : NaN;
  };
  const type = number('class_uid') * 100 + number('activity_id');
  const severity = text(member(part, 'severity')).toLowerCase();
  const meant = SEVERITIES[number('severity_id')];
  const times = [member(part, 'time'), member(part, 'time_dt')].map(instant);
  return [
    ...(Math.abs(number('type_uid') - type) > 0
      ? [`type_uid ${number('type_uid')} is not of its class and activity, ${type}`]
      : []),
    ...(meant !== undefined && severity !== '' && severity !== meant
      ? [`severity_id says ${meant} and severity says otherwise`]
      : []),
    ...(times[0] !== times[1] && !times.includes('')
      ? ['time and time_dt are different times']
      : []),
  ];
}
