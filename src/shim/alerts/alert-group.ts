import type { Alert, AlertKind, Json, JsonObject, SplitDocument } from '../../domain/alert.ts';
import {
  aboutItself,
  goInstant,
  isObject,
  listed,
  listOf,
  member,
  objectOf,
  readEach,
  text,
} from './reading.ts';

/**
 * What Alertmanager defined as version 4 of its webhook, and Grafana took over: a group of alerts that begin or end
 * together. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export function isGroup(document: Json): document is JsonObject {
  return (
    isObject(document) &&
    Array.isArray(member(document, 'alerts')) &&
    ['receiver', 'groupKey'].some((name) => text(member(document, name)) !== '')
  );
}

interface Part {
  alert: Json;
  /** Null where the part stands in no group. */
  group: JsonObject | null;
}

/** `isOwnWord`: whether an alert with these labels is the sender's word about itself. */
export function splitGroups(
  document: Json,
  isGroupOfOurs: (part: Json) => part is JsonObject,
  isOwnWord: (labels: JsonObject) => boolean,
): SplitDocument {
  const parts = listed(document).flatMap((given): Part[] =>
    isGroupOfOurs(given)
      ? listOf(member(given, 'alerts')).map((alert) => ({ alert, group: given }))
      : [{ alert: given, group: null }],
  );
  return {
    ...readEach(parts, (part) => alertOf(part, isOwnWord)),
    disagreements: listed(document).filter(isGroupOfOurs).flatMap(disagreementsOf),
  };
}

function alertOf(
  { alert, group }: Part,
  isOwnWord: (labels: JsonObject) => boolean,
): Alert | string {
  if (group === null) return 'it is no group of alerts';
  const labels = objectOf(member(alert, 'labels'));
  const status = text(member(alert, 'status'));
  if (!isObject(alert) || Object.keys(labels).length === 0) return 'it has no labels';
  if (status !== 'firing' && status !== 'resolved') return 'its status is not firing or resolved';
  const name = text(member(labels, 'alertname'));
  const isOwn = isOwnWord(labels);
  return {
    kind: isOwn ? 'health' : KIND_OF[status],
    identity: [...nameOf(alert, labels), text(member(alert, 'startsAt')), status],
    occurred_at: goInstant(member(alert, status === 'firing' ? 'startsAt' : 'endsAt')),
    title: name === '' ? JSON.stringify(labels) : name,
    facts: { ...factsOf(alert, group), ...(isOwn && { health: aboutItself(name, null) }) },
  };
}

const KIND_OF = { firing: 'finding', resolved: 'cleared' } as const satisfies Record<
  string,
  AlertKind
>;

/** The fingerprint is one of the labels, so that these tell the same where it is missing. */
function nameOf(alert: Json, labels: JsonObject): string[] {
  const fingerprint = text(member(alert, 'fingerprint'));
  if (fingerprint !== '') return [fingerprint];
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return ['labels', JSON.stringify(sorted)];
}

/** The alert as it came, and what its group says of where it came from. */
function factsOf(alert: JsonObject, group: JsonObject): JsonObject {
  return {
    ...alert,
    labels: objectOf(member(alert, 'labels')),
    annotations: objectOf(member(alert, 'annotations')),
    receiver: text(member(group, 'receiver')),
    group_key: text(member(group, 'groupKey')),
    group_labels: objectOf(member(group, 'groupLabels')),
    external_url: text(member(group, 'externalURL')),
  };
}

function disagreementsOf(group: JsonObject): string[] {
  const alerts = listOf(member(group, 'alerts'));
  const firing = alerts.filter((alert) => member(alert, 'status') === 'firing').length;
  const status = text(member(group, 'status'));
  const truncated = member(group, 'truncatedAlerts');
  const common = Object.entries(objectOf(member(group, 'commonLabels')));
  const different = common.some(([name, value]) =>
    alerts.some((alert) => member(alert, 'labels', name) !== value),
  );
  return [
    ...(status === 'resolved' && firing > 0
      ? [`the group is called resolved, and ${firing} of its alerts are firing`]
      : []),
    ...(status === 'firing' && firing === 0 ? ['the group is called firing, and no alert is'] : []),
    ...(typeof truncated === 'number' && truncated > 0
      ? [`${truncated} more alerts of the group were left out by the sender`]
      : []),
    ...(different ? ['not every alert has the labels that all are said to have'] : []),
  ];
}
