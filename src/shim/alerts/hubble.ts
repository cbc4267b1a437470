import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import {
  aboutItself,
  count,
  instant,
  isObject,
  listed,
  objectOf,
  readEach,
  text,
  word,
} from './reading.ts';

/** Cilium's `flow.proto`: `Verdict`, `TrafficDirection`, and those of `DropReason` that say that something was denied. */
const VERDICTS = [
  'VERDICT_UNKNOWN',
  'FORWARDED',
  'DROPPED',
  'ERROR',
  'AUDIT',
  'REDIRECTED',
  'TRACED',
  'TRANSLATED',
] as const;
const DIRECTIONS = ['TRAFFIC_DIRECTION_UNKNOWN', 'INGRESS', 'EGRESS'] as const;
const DROP_REASONS: Readonly<Record<string, string>> = {
  130: 'INVALID_SOURCE_MAC',
  132: 'INVALID_SOURCE_IP',
  133: 'POLICY_DENIED',
  177: 'DENIED_BY_LB_SRC_RANGE_CHECK',
  181: 'POLICY_DENY',
  189: 'AUTH_REQUIRED',
};

/** What an export holds beside flows. */
const ABOUT_ITSELF = ['lost_events', 'node_status', 'agent_event'] as const;

/**
 * https://docs.cilium.io/en/stable/observability/hubble/configuration/export/ and `hubble observe -o json`: a flow in
 * `flow`, or bare. The facts are the flow with verdict, direction and drop reason by name, with `source` and
 * `destination` as objects however they are masked, and with `protocol` and `destination_port` of its layer 4.
 */
export const hubble: AlertFormat = {
  name: 'hubble',
  title: 'Cilium Hubble',
  recognise: (document) => listed(document).some((part) => typeof read(part) !== 'string'),
  split: (document) => ({
    ...readEach(listed(document), read),
    disagreements: listed(document).flatMap(disagreementsIn),
  }),
};

function read(part: Json): Alert | string {
  const exported = objectOf(part);
  const told = ABOUT_ITSELF.find((name) => isObject(exported[name]));
  if (told !== undefined) return healthAlert(told, exported);
  const flow = flowIn(exported);
  if (verdictOf(flow) === '') return 'it has no flow with a verdict';
  if (!['IP', 'l4', 'l7', 'source', 'destination'].some((name) => isObject(flow[name]))) {
    return 'its flow is from nowhere to nowhere';
  }
  return flowAlert(exported, flow);
}

function flowIn(exported: JsonObject): JsonObject {
  return isObject(exported['flow']) ? exported['flow'] : exported;
}

/**
 * `uuid` is in newer versions only. Without it, a flow is told from others by all that it says, its time in
 * nanoseconds among it.
 */
function flowAlert(exported: JsonObject, flow: JsonObject): Alert {
  const time = text(flow['time']) || text(exported['time']);
  const node = text(flow['node_name']) || text(exported['node_name']);
  const uuid = text(flow['uuid']);
  const facts: JsonObject = { ...flow, ...named(flow), time, node_name: node };
  const verdict = verdictOf(flow);
  const reason = text(facts['drop_reason_desc']);
  return {
    kind: 'finding',
    identity: uuid === '' ? ['flow', time, node, JSON.stringify(flow)] : ['uuid', uuid],
    occurred_at: instant(time),
    title: reason === '' ? `Flow ${verdict}` : `Flow ${verdict}: ${reason}`,
    facts,
  };
}

function named(flow: JsonObject): JsonObject {
  const [protocol, l4] = Object.entries(objectOf(flow['l4']))[0] ?? ['', null];
  return {
    verdict: verdictOf(flow),
    traffic_direction: byName(DIRECTIONS, flow['traffic_direction']),
    drop_reason_desc: dropReason(flow),
    source: objectOf(flow['source']),
    destination: objectOf(flow['destination']),
    protocol,
    destination_port: count(objectOf(l4)['destination_port']),
  };
}

/** '' for what is no verdict. */
function verdictOf(flow: JsonObject): string {
  const verdict = byName(VERDICTS, flow['verdict']);
  return VERDICTS.some((known) => known === verdict) ? verdict : '';
}

/** By name, or by the number that stands for it in another form of the same message. */
function byName(names: readonly string[], value: Json | undefined): string {
  return typeof value === 'number' ? (names[value] ?? '') : text(value);
}

function dropReason(flow: JsonObject): string {
  const said = text(flow['drop_reason_desc']);
  const number = word(flow['drop_reason_desc']) || word(flow['drop_reason']);
  return said || (Object.hasOwn(DROP_REASONS, number) ? (DROP_REASONS[number] ?? '') : '');
}

function healthAlert(told: (typeof ABOUT_ITSELF)[number], exported: JsonObject): Alert {
  const said = objectOf(exported[told]);
  const lost = told === 'lost_events' ? count(said['num_events_lost']) : null;
  return {
    kind: 'health',
    identity: [told, text(exported['time']), text(exported['node_name']), JSON.stringify(said)],
    occurred_at: instant(exported['time']),
    title: `Hubble: ${told.replace('_', ' ')}`,
    facts: { ...exported, health: aboutItself(told.replace('_', ' '), lost) },
  };
}

function disagreementsIn(part: Json): string[] {
  const exported = objectOf(part);
  const flow = flowIn(exported);
  const differs = ['node_name', 'time'].filter((name) => {
    const [inner, outer] = [text(flow[name]), text(exported[name])];
    return inner !== '' && outer !== '' && inner !== outer;
  });
  const passed = verdictOf(flow) === 'FORWARDED' && dropReason(flow) !== '';
  return [
    ...differs.map((name) => `a flow and what it came in have another ${name}`),
    ...(passed ? [`a flow was FORWARDED, and dropped for ${dropReason(flow)}`] : []),
  ];
}
