import type { JsonObject } from '../../domain/alert.ts';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string */
const ENVOY_TAIL = [
  'bytes_received',
  'bytes_sent',
  'duration',
  'upstream_service_time',
  'x_forwarded_for',
  'user_agent',
  'x_request_id',
  'authority',
  'upstream_host',
] as const;

/** https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format */
const ISTIO_TAIL = [
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  ...ENVOY_TAIL,
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'downstream_remote_address',
  'requested_server_name',
  'route_name',
] as const;

const START = /^\[([^\]]{1,64})\] "(\S+) /;

/** Where method, path and protocol end, and what was answered. */
const ANSWER = / (HTTP\/[\d.]+|-)" (\d{1,3}|-) (\S+) /;

/** An answer that says that a caller was refused. */
const REFUSAL = / (HTTP\/[\d.]+|-)" (401|403) (\S+) /;

/** A word, or words in quotes. */
const WORDS = /"([^"]*)"|(\S+)/g;

/** A line of an access log as members by the names of Envoy Gateway and Istio; `exact` is false where quotes do not fit. */
export interface AccessLine {
  members: JsonObject;
  exact: boolean;
}

/**
 * A line in Envoy's default format or Istio's; null for any other. What a caller puts into a header is not escaped, and
 * so a quote in one could make a line read in more than one way. Of two answers the one that refuses is taken, and of
 * members behind an answer none where they do not fit: nobody hides in a log by what he writes into it.
 */
export function readAccessLine(line: string): AccessLine | null {
  const start = START.exec(line);
  const rest = line.slice(start?.[0].length ?? 0);
  const first = ANSWER.exec(rest);
  const answer = REFUSAL.exec(rest) ?? first;
  if (start === null || first === null || answer === null) return null;
  const [, start_time = '', method = ''] = start;
  const [whole, protocol = '', response_code = '', response_flags = ''] = answer;
  const path = rest.slice(0, answer.index);
  const members = { start_time, method, path, protocol, response_code, response_flags };
  const tail = rest.slice(answer.index + whole.length);
  const words = wordsIn(tail);
  const names = [ENVOY_TAIL, ISTIO_TAIL].find(({ length }) => length === words.length);
  if (names === undefined) return looksLike(tail) ? { members, exact: false } : null;
  const read = Object.fromEntries(names.map((name, at) => [name, words[at] ?? '']));
  const exact = first.index === answer.index && !ANSWER.test(tail);
  return { members: { ...members, ...read }, exact };
}

/** No more than one beyond the longest format: a caller decides how long a line is. */
function wordsIn(tail: string): string[] {
  const words: string[] = [];
  for (const [, quoted, bare] of tail.matchAll(WORDS)) {
    words.push(quoted ?? bare ?? '');
    if (words.length > ISTIO_TAIL.length) break;
  }
  return words;
}

/** Both formats have four numbers, and quotes behind them. */
function looksLike(tail: string): boolean {
  return /(?:^| )(?:\d{1,20}|-) (?:\d{1,20}|-) (?:\d{1,20}|-) (?:\d{1,20}|-) "/.test(tail);
}
