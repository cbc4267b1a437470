import {
  type Arbitrary,
  array,
  constantFrom,
  dictionary,
  nat,
  oneof,
  record,
  string,
  tuple,
} from 'fast-check';
import { expect } from 'vitest';
import { type Json, type JsonObject, alertFormatSchema } from '../../src/domain/alert.ts';
import { instantOrEmptySchema } from '../../src/domain/primitives.ts';
import type { AlertFormat, Envelope } from '../../src/shim/alerts/format.ts';

const MEGABYTE = 1_048_576;

/** Beyond what a door lets through, so that nothing relies on the door. */
const DEEPER = 1_000;

/** Documents that say nothing: no alert may come of them. */
export const NOTHINGS: readonly Json[] = [
  null,
  true,
  0,
  '',
  'text',
  {},
  [],
  [[]],
  [null],
  [{}],
  { line: '' },
  { line: 'a line of something else' },
];

const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '-',
  '__proto__',
  'constructor',
  'toString',
  '\uD800',
  'half \uDC00 a pair',
  'nul \0 inside',
  '9007199254740993',
  '1e400',
  '-1',
  'NaN',
  '0000-00-00T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '+275760-09-13T00:00:00Z',
  '{"a":',
  '[]',
  '"',
  '\n',
  '\u001b[31m',
  '%s%n${x}{{y}}',
  'a'.repeat(MEGABYTE),
];

const HOSTILE_NUMBERS: readonly number[] = [0, -0, -1, 0.5, 2 ** 53, 1e21, 1e308, -1e308, 8.64e15];

const hostileText = oneof(constantFrom(...HOSTILE_TEXTS), string({ unit: 'binary' }));

const hostileName = constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'length', '0', '');

const hostileScalar: Arbitrary<Json> = oneof(
  constantFrom<Json>(null, true, false, ...HOSTILE_NUMBERS),
  hostileText,
);

const hostileValue: Arbitrary<Json> = oneof(
  { weight: 4, arbitrary: hostileScalar },
  { weight: 2, arbitrary: array(hostileScalar, { maxLength: 3 }) },
  {
    weight: 2,
    arbitrary: dictionary(hostileName, hostileScalar, { maxKeys: 3 }).map(withOwnMembers),
  },
  { weight: 1, arbitrary: constantFrom(deep('array'), deep('object'), longList()) },
);

/**
 * The samples with one to four of their parts replaced, removed, cut short, moved, or given twice; and now and then a
 * document that is like none of them.
 */
export function hostileDocuments(samples: readonly Json[]): Arbitrary<Json> {
  const mutation = record({ at: nat(), how: nat(), value: hostileValue });
  const changed = tuple(
    constantFrom(...samples),
    array(mutation, { minLength: 1, maxLength: 4 }),
  ).map(([sample, mutations]) => mutations.reduce(mutated, structuredClone(sample)));
  return oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: hostileValue });
}

interface Mutation {
  at: number;
  how: number;
  value: Json;
}

/** A place in a document: what holds it, and its name or index there. */
interface Place {
  holder: JsonObject | Json[];
  key: string | number;
}

function mutated(document: Json, { at, how, value: given }: Mutation): Json {
  const value = structuredClone(given);
  const places = placesIn(document);
  const place = places[at % (places.length + 1)];
  if (place === undefined) return HOWS_OF_ALL[how % HOWS_OF_ALL.length]?.(document, value) ?? null;
  HOWS[how % HOWS.length]?.(place, value);
  return document;
}

const HOWS_OF_ALL: readonly ((document: Json, value: Json) => Json)[] = [
  (document) => [document],
  (document) => [document, structuredClone(document)],
  (document, value) => [value, document, value],
  (document, value) => ({ value, document }),
  (_, value) => value,
];

const HOWS: readonly ((place: Place, value: Json) => void)[] = [
  (place, value) => write(place, value),
  (place) => write(place, null),
  (place) => write(place, cutShort(read(place))),
  (place) => write(place, JSON.stringify(read(place))),
  (place) => write(place, [read(place)]),
  (place, value) => write(place, { ...asObject(read(place)), more: value }),
  ({ holder, key }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
];

/** No deeper than samples are: a place inside of what is hostile already tells nothing more. */
function placesIn(value: Json, levels = 24): Place[] {
  if (levels === 0 || typeof value !== 'object' || value === null) return [];
  const holder: JsonObject | Json[] = value;
  const keys = Array.isArray(holder) ? holder.slice(0, 50).map((_, i) => i) : Object.keys(holder);
  return keys.flatMap((key) => [{ holder, key }, ...placesIn(read({ holder, key }), levels - 1)]);
}

function read({ holder, key }: Place): Json {
  const held = Array.isArray(holder) ? holder[Number(key)] : holder[key];
  return held ?? null;
}

function write({ holder, key }: Place, value: Json): void {
  Object.defineProperty(holder, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function cutShort(value: Json): Json {
  if (typeof value === 'string') return value.slice(0, value.length / 2);
  if (Array.isArray(value)) return value.slice(0, value.length / 2);
  return typeof value === 'number' ? Math.trunc(value / 1000) : null;
}

function asObject(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** `__proto__` as a member of its own, as `JSON.parse` makes it. */
function withOwnMembers(members: Record<string, Json>): Json {
  const own: JsonObject = {};
  for (const key of Object.keys(members)) write({ holder: own, key }, members[key] ?? null);
  write({ holder: own, key: '__proto__' }, { rule: 'planted' });
  return own;
}

function deep(kind: 'array' | 'object'): Json {
  let value: Json = 'bottom';
  for (let level = 0; level < DEEPER; level++) value = kind === 'array' ? [value] : { a: value };
  return value;
}

function longList(): Json {
  return Array.from({ length: 10_000 }, (_, i) => i);
}

const KINDS = ['finding', 'cleared', 'health'];

/** Whatever the document holds: nothing is thrown, nothing in it is changed, and each alert is one. */
export function expectSplitsHonestly(
  format: AlertFormat,
  document: Json,
  envelope: Envelope = { headers: {} },
): void {
  const frozen = deepFreeze(document);
  expect(typeof format.recognise(frozen, envelope)).toBe('boolean');
  const split = format.split(frozen, envelope);
  for (const alert of split.alerts) {
    expect(KINDS).toContain(alert.kind);
    expect(alert.identity.every((part) => typeof part === 'string')).toBe(true);
    expect(alert.identity.some((part) => part !== '' && part !== 'undefined')).toBe(true);
    expect(instantOrEmptySchema.safeParse(alert.occurred_at).success).toBe(true);
    expect(typeof alert.title).toBe('string');
    expect(Object.prototype.toString.call(alert.facts)).toBe('[object Object]');
  }
  for (const { index, reason } of split.refused) {
    expect(Number.isSafeInteger(index) && index >= 0).toBe(true);
    expect(reason).not.toBe('');
  }
  expect(split.disagreements.every((said) => typeof said === 'string' && said !== '')).toBe(true);
  expect(format.split(frozen, envelope).alerts.map(({ identity }) => identity)).toStrictEqual(
    split.alerts.map(({ identity }) => identity),
  );
  expect(alertFormatSchema.safeParse(format.name).success).toBe(true);
}

/** What is written to then throws. */
function deepFreeze(value: Json): Json {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const held of Object.values(next)) open.push(held);
  }
  return value;
}

/** Of thousands of hostile documents, how many each test tries: a second or two on a slow machine. */
export const HOSTILE_RUNS = { numRuns: 200 };
