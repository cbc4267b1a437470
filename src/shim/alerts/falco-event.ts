import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { aboutItself, count, instant, isObject, member, objectOf, text, word } from './reading.ts';

/** What Falco says of itself: https://falco.org/docs/concepts/metrics/ and `syscall_event_drops` in falco.yaml. */
const INTERNAL = 'Falco internal: ';

/** Falcosidekick `handlers.go`: a field of more bytes than this is cut to 507 of them, and `[...]` is put behind. */
const MOST_FIELD_BYTES = 512;
const CUT_AT_BYTES = 507;
const CUT = '[...]';

/** A unit of UTF-16 is at most three bytes of UTF-8. */
const MOST_BYTES_EACH = 3;

/** Rules list a dozen fields; each costs a pass over the output. */
const MOST_FIELDS_CUT = 16;

/** Whether it is an event of Falco, by whichever way it came. `output` is left out where falco.yaml says so. */
export function isFalcoEvent(part: Json): part is JsonObject {
  if (!isObject(part) || text(part['rule']) === '' || text(part['priority']) === '') return false;
  return text(part['output']) !== '' || isObject(part['output_fields']);
}

/** Falcosidekick gives each event a `uuid` when it comes, and `syscalls` as the source of one that names none. */
export function isForwarded(event: JsonObject): boolean {
  return text(event['uuid']) !== '' || event['source'] === 'syscalls';
}

/**
 * Falco gives no id. The same rule at the same nanosecond on the same host with the same output is the same event;
 * `output` holds what the fields do not, since a rule chooses which fields it lists. It is compared as Falcosidekick
 * would have cut it, so that an event that came both ways is one. Its `uuid` is another for each time that it is sent.
 */
export function falcoAlert(event: JsonObject): Alert {
  const rule = text(event['rule']);
  return {
    kind: rule.startsWith(INTERNAL) ? 'health' : 'finding',
    identity: [rule, nanosecond(event), text(event['hostname']), outputAsCut(event)],
    occurred_at: instant(event['time']),
    title: rule,
    facts: rule.startsWith(INTERNAL) ? { ...event, health: healthIn(event) } : event,
  };
}

/** Go writes no trailing zeros, Falco writes nine digits. */
function nanosecond(event: JsonObject): string {
  const said = text(event['time']) || word(member(event, 'output_fields', 'evt.time'));
  const [, second, digits] = /^([^.]{1,32})\.(\d{1,12})Z$/.exec(said) ?? [];
  if (second === undefined || digits === undefined) return said;
  const told = digits.replace(/0+$/, '');
  return told === '' ? `${second}Z` : `${second}.${told}Z`;
}

function outputAsCut(event: JsonObject): string {
  const fields = objectOf(event['output_fields']);
  const output = text(event['output']) || JSON.stringify(fields);
  const long = Object.values(fields).map(text).filter(isLong).slice(0, MOST_FIELDS_CUT);
  return long.reduce((cut, value) => cut.replaceAll(value, () => asCut(value)), output);
}

function isLong(value: string): boolean {
  return value.length * MOST_BYTES_EACH > MOST_FIELD_BYTES;
}

/** A character of which only a part is left is written as U+FFFD, by Go once for each of its bytes. */
function asCut(value: string): string {
  const bytes = Buffer.from(value);
  const kept = bytes.length > MOST_FIELD_BYTES ? bytes.subarray(0, CUT_AT_BYTES) : bytes;
  const ending = bytes.length > MOST_FIELD_BYTES ? CUT : '';
  return `${kept.toString()}${ending}`.replace(/\uFFFD+\[\.\.\.\]$/, CUT);
}

/** Which fields of an event were cut on the way; what they held is lost. */
export function fieldsCut(event: JsonObject): string[] {
  const fields = objectOf(event['output_fields']);
  return Object.keys(fields).filter((name) => {
    const value = text(fields[name]);
    return value.endsWith(CUT) && Buffer.byteLength(value) >= MOST_FIELD_BYTES;
  });
}

/** Kernel-side drops, and those of Falco's own queue. Counters of a snapshot go up from the start of Falco. */
function healthIn(event: JsonObject): JsonObject {
  const fields = objectOf(event['output_fields']);
  const drops = ['n_drops', 'scap.n_drops', 'falco.outputs_queue_num_drops'].flatMap(
    (name) => count(fields[name]) ?? [],
  );
  const what = text(event['rule']).slice(INTERNAL.length);
  return aboutItself(what, drops.length === 0 ? null : drops.reduce((sum, n) => sum + n, 0));
}
