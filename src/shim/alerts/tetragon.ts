import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import {
  aboutItself,
  count,
  instant,
  isObject,
  listed,
  member,
  objectOf,
  readEach,
  text,
  word,
} from './reading.ts';

/** `GetEventsResponse` of tetragon's `events.proto` has one of these. Older versions had further ones. */
const PROCESS_EVENT = /^process_(?!throttle$)[a-z_]{1,32}$/;

/** What Tetragon left out, or holds back, by its own limits. */
const ABOUT_ITSELF = ['rate_limit_info', 'process_throttle'] as const;

/**
 * https://tetragon.io/docs/concepts/events/: one event of a process for each document, from the export file or
 * `tetra getevents -o json`. The facts are what the event holds (`process`, `parent`, `function_name`, `args` …), with
 * its kind as `event`, the path among `args` as `file`, and with `node_name` and `time` from beside it. Ids stay as they came, with their scheme.
 */
export const tetragon: AlertFormat = {
  name: 'tetragon',
  title: 'Tetragon',
  recognise: (document) => listed(document).some((part) => typeof read(part) !== 'string'),
  split: (document) => ({
    ...readEach(listed(document), read),
    disagreements: listed(document).flatMap(disagreementsIn),
  }),
};

function read(part: Json): Alert | string {
  const response = objectOf(part);
  const told = ABOUT_ITSELF.find((name) => isObject(response[name]));
  if (told !== undefined) return healthAlert(told, response);
  const [event] = eventsIn(response);
  return event === undefined ? 'it has no event of a process' : eventAlert(event, response);
}

function eventsIn(response: JsonObject): string[] {
  return Object.keys(response).filter(
    (name) => PROCESS_EVENT.test(name) && isProcess(member(response, name, 'process')),
  );
}

function isProcess(process: Json | undefined): boolean {
  return ['exec_id', 'pid', 'binary'].some((name) => word(member(process, name)) !== '');
}

/** `exec_id` names a process on its node and in time, but not what it did: each such event has its own nanosecond. */
function eventAlert(event: string, response: JsonObject): Alert {
  const seen = objectOf(response[event]);
  const process = objectOf(seen['process']);
  const { args = null, subsys = null, event: tracepoint = null } = seen;
  const hook = text(seen['function_name']) || text(tracepoint);
  return {
    kind: 'finding',
    identity: [
      event,
      text(process['exec_id']) || `${word(process['pid'])} ${text(process['start_time'])}`,
      text(response['node_name']),
      text(response['time']),
      text(seen['policy_name']),
      hook,
      JSON.stringify([subsys, args]),
    ],
    occurred_at: instant(response['time']),
    title: titleOf(event, seen, hook),
    facts: { ...response, ...seen, event, file: fileIn(args) },
  };
}

/** Of two paths the last: what a rename or a link writes over. '' where a hook was called with none. */
function fileIn(args: Json): string {
  const paths = (Array.isArray(args) ? args : []).map((arg) => {
    const said = text(member(arg, 'file_arg', 'path')) || text(member(arg, 'path_arg', 'path'));
    const string = text(member(arg, 'string_arg'));
    return said || (string.startsWith('/') ? string : '');
  });
  return paths.findLast((path) => path !== '') ?? '';
}

/** A policy may have a message of its own. */
function titleOf(event: string, seen: JsonObject, hook: string): string {
  const policy = text(seen['message']) || text(seen['policy_name']);
  const binary = text(member(seen, 'process', 'binary'));
  return [policy || event, policy === '' ? '' : hook, binary]
    .filter((said) => said !== '')
    .join(' ');
}

function healthAlert(told: (typeof ABOUT_ITSELF)[number], response: JsonObject): Alert {
  const said = objectOf(response[told]);
  const lost = count(said['number_of_dropped_process_events']);
  return {
    kind: 'health',
    identity: [told, text(response['node_name']), text(response['time']), JSON.stringify(said)],
    occurred_at: instant(response['time']),
    title: `Tetragon: ${told.replaceAll('_', ' ')}`,
    facts: { ...response, health: aboutItself(told.replaceAll('_', ' '), lost) },
  };
}

function disagreementsIn(part: Json): string[] {
  const [first, ...more] = eventsIn(objectOf(part));
  return more.map((name) => `an event is both ${first} and ${name}: it is read as ${first}`);
}
