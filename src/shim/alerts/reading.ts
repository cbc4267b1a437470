import type { Alert, Json, JsonObject, SplitDocument } from '../../domain/alert.ts';
import { parseStrictJson } from '../../evidence/strict-json.ts';

/** How far a detector's clock may be from any time that is meant: ECMAScript's own bound. */
const MOST_MS = 8.64e15;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member, however its holder looks. Only what is its own. */
export function member(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
    value,
  );
}

/** A text that says something; '' for whatever is none. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A text, or a number as a text; '' for whatever is neither. */
export function word(value: Json | undefined): string {
  return typeof value === 'number' ? String(value) : text(value);
}

/** One or many: what may come alone or in a list. */
export function listed(value: Json): Json[] {
  return Array.isArray(value) ? value : [value];
}

/** RFC 3339 or epoch milliseconds as an instant; '' for what is neither. More digits than milliseconds are cut off. */
export function instant(value: Json | undefined): string {
  const ms = typeof value === 'number' ? value : Date.parse(rfc3339(text(value)));
  return Number.isFinite(ms) && Math.abs(ms) <= MOST_MS ? inYears(new Date(ms).toISOString()) : '';
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** '' for any other form: `Date.parse` also takes what is local time, and what is no time at all. */
function rfc3339(said: string): string {
  return RFC_3339.test(said) ? said : '';
}

/** Outside of the years 0 to 9999 an instant has another form. */
function inYears(written: string): string {
  return /^\d{4}-/.test(written) ? written : '';
}

/** As `instant`; '' for the zero time too, as which programs in Go write "never". */
export function goInstant(value: Json | undefined): string {
  const at = instant(value);
  return at.startsWith('0001-01-01T') ? '' : at;
}

/** The first of several that is an instant; '' where none is. */
export function firstInstant(...values: readonly (Json | undefined)[]): string {
  return values.map(instant).find((at) => at !== '') ?? '';
}

/** An object, or an empty one for whatever is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A list, or an empty one for whatever is none. */
export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The items of a list of Kubernetes, which leave out what the list says of all: their version and kind. */
export function itemsOf(list: Json): Json[] {
  const kind = text(member(list, 'kind')).replace(/List$/, '');
  const apiVersion = text(member(list, 'apiVersion'));
  return listOf(member(list, 'items')).map((item) =>
    isObject(item) ? { apiVersion, kind, ...item } : item,
  );
}

/** What JSON inside of a text holds, as strict as the door is; what is no such text stays as it is. */
export function decoded(value: Json | undefined): Json {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value ?? null;
  try {
    return parseStrictJson(value, { lossless: true }) as Json;
  } catch {
    return value;
  }
}

/** Each part becomes an alert, is refused for the reason that `read` gives, or is none that need be told: null. */
export function readEach<T>(
  parts: readonly T[],
  read: (part: T) => Alert | string | null,
): Pick<SplitDocument, 'alerts' | 'refused'> {
  const alerts: Alert[] = [];
  const refused: SplitDocument['refused'] = [];
  for (const [index, part] of parts.entries()) {
    const got = read(part);
    if (typeof got === 'string') refused.push({ index, reason: got });
    else if (got !== null) alerts.push(got);
  }
  return { alerts, refused };
}

/** A count, which may be written as decimal text; null for what is none. */
export function count(value: Json | undefined): number | null {
  const said = word(value);
  return /^\d{1,16}(?:\.\d+)?$/.test(said) ? Number(said) : null;
}

/** What a watcher of detectors reads, as `alert.health`: what it tells of, and how many events went unseen. */
export function aboutItself(event: string, lost: number | null): JsonObject {
  return { event, lost };
}
