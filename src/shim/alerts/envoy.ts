import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { readAccessLine } from './envoy-line.ts';
import type { AlertFormat } from './format.ts';
import { count, instant, isObject, listed, objectOf, readEach, text, word } from './reading.ts';

/** Under which names Envoy Gateway, Istio and others log it. */
const TEXTS = {
  start_time: ['start_time', '@timestamp'],
  method: ['method', ':method'],
  path: ['path', 'x-envoy-origin-path', 'x-envoy-original-path', ':path'],
  authority: ['authority', ':authority'],
  protocol: ['protocol'],
  response_flags: ['response_flags'],
  response_code_details: ['response_code_details'],
  connection_termination_details: ['connection_termination_details'],
  upstream_transport_failure_reason: ['upstream_transport_failure_reason'],
  x_request_id: ['x_request_id', 'x-request-id', 'request_id'],
  x_forwarded_for: ['x_forwarded_for', 'x-forwarded-for'],
  user_agent: ['user_agent', 'user-agent'],
  downstream_remote_address: ['downstream_remote_address'],
  downstream_local_address: ['downstream_local_address'],
  upstream_host: ['upstream_host'],
  upstream_cluster: ['upstream_cluster'],
  requested_server_name: ['requested_server_name'],
  route_name: ['route_name'],
} as const;

const NUMBERS = {
  response_code: ['response_code'],
  bytes_received: ['bytes_received'],
  bytes_sent: ['bytes_sent'],
  duration: ['duration'],
} as const;

/** What hardly anything but an access log of Envoy has beside a `response_code`. */
const TELLING = [
  'response_flags',
  'response_code_details',
  'downstream_remote_address',
  'upstream_cluster',
];

/**
 * Access logs: https://gateway.envoyproxy.io/docs/tasks/observability/proxy-accesslog/ and
 * https://istio.io/latest/docs/tasks/observability/logs/access-log/, as JSON or as lines of text. Each is an alert; which
 * is a finding that matters, the rules say. The facts have one shape: what is absent, null or `-` is '', and null where
 * it is a number; `response_code` is then 0. `client_address` is the downstream address without its port; `log` is the
 * line as it came, with whatever else is logged.
 */
export const envoy: AlertFormat = {
  name: 'envoy',
  title: 'Envoy',
  recognise: (document) => listed(document).some((part) => typeof read(part) !== 'string'),
  split: (document) => ({
    ...readEach(listed(document), read),
    disagreements: listed(document).flatMap(disagreementsIn),
  }),
};

/** An id of a request is the same for each proxy on its way, and for each attempt: all that is logged tells lines apart. */
function read(part: Json): Alert | string {
  const logged = loggedIn(part);
  if (logged === null) return 'it is no line of an access log';
  const facts = factsOf(logged);
  const { method, authority, path, response_code } = facts;
  const asked = `${text(method)} ${text(authority)}${text(path)}`.trim();
  return {
    kind: 'finding',
    identity: [...Object.values(facts).map(word), text(objectOf(part)['line'])],
    occurred_at: instant(facts['start_time']),
    title: `${asked || 'Connection'}: ${word(response_code)}`,
    facts: {
      ...facts,
      client_address: withoutPort(text(facts['downstream_remote_address'])),
      log: part,
    },
  };
}

function loggedIn(part: Json): JsonObject | null {
  const document = objectOf(part);
  const line = text(document['line']);
  if (line !== '' && Object.keys(document).length === 1)
    return readAccessLine(line)?.members ?? null;
  const telling = TELLING.some((name) => Object.hasOwn(document, name));
  const answered = ['number', 'string', 'object'].includes(typeof document['response_code']);
  if (!telling || !answered || isObject(document['response_code'])) return null;
  const known = factsOf(document);
  return text(known['start_time']) === '' && text(known['x_request_id']) === '' ? null : document;
}

function factsOf(logged: JsonObject): JsonObject {
  const texts = Object.entries(TEXTS).map(([name, names]) => [name, firstOf(logged, names)]);
  const numbers = Object.entries(NUMBERS).map(([name, names]) => [
    name,
    count(firstOf(logged, names)),
  ]);
  const facts = Object.fromEntries([...texts, ...numbers]) as JsonObject;
  return { ...facts, response_code: facts['response_code'] ?? 0 };
}

function firstOf(logged: JsonObject, names: readonly string[]): string {
  const said = names.map((name) => (Object.hasOwn(logged, name) ? word(logged[name]) : ''));
  return said.find((value) => value !== '' && value !== '-') ?? '';
}

/** `10.0.0.1:443`, `[::1]:443`; an address without a port, or of another kind, stays. */
function withoutPort(address: string): string {
  return /^\[([^\]]+)\]:\d+$/.exec(address)?.[1] ?? /^([^:]+):\d+$/.exec(address)?.[1] ?? address;
}

function disagreementsIn(part: Json): string[] {
  const line = readAccessLine(text(objectOf(part)['line']));
  return line === null || line.exact
    ? []
    : [
        'a quote in a header makes a line read in more than one way: trust nothing in it but its time',
      ];
}
