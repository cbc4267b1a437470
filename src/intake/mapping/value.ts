import {
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  type CelList,
  type CelMap,
} from '@bufbuild/cel';
import type { CelValue } from '@bufbuild/cel';
import type { Json } from '../../domain/alert.ts';
import { FUNCTIONS } from './functions.ts';
import { fit, sound } from './fit.ts';

/** Deeper than any alert, and no deeper than what walks JSON may recurse. */
const MOST_LEVELS = 32;

/** What one piece of evidence is worth in a report: its bytes are kept whole elsewhere. */
const MOST_CHARACTERS = 4_096;

/** A text, or an integer as one; '' for what names nothing. */
export function wordOf(value: CelValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : '';
  return isCelUint(value) ? value.value.toString() : '';
}

/** As JSON; where that is long, the beginning of its text. */
export function evidenceOf(value: CelValue): Json {
  const json = jsonOf(value, 1);
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return text.length > MOST_CHARACTERS ? fit(text, MOST_CHARACTERS) : json;
}

/** Any value as a text: of what is none, its JSON; '' for null, which says nothing. */
export function textOf(value: CelValue): string {
  if (value === null) return '';
  const json = jsonOf(value, 1);
  return typeof json === 'string' ? json : JSON.stringify(json);
}

function jsonOf(value: CelValue, level: number): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return sound(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'bigint' ? integer(value) : compoundOf(value, level);
}

function compoundOf(value: Extract<CelValue, object>, level: number): Json {
  if (isCelUint(value)) return integer(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (level > MOST_LEVELS) return '…';
  if (isCelList(value)) return listOf(value, level);
  return isCelMap(value) ? objectOf(value, level) : written(value);
}

function listOf(list: CelList, level: number): Json {
  return [...list].map((member) => jsonOf(member, level + 1));
}

function objectOf(map: CelMap, level: number): Json {
  const members = [...map].map(([key, member]): [string, Json] => {
    const name = isCelUint(key) ? key.value.toString() : sound(String(key));
    return [name, jsonOf(member, level + 1)];
  });
  return Object.fromEntries(members);
}

/** One that a double holds is a number. */
function integer(value: bigint): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A timestamp in RFC 3339, a duration in seconds, as CEL's own `string()` has them; a type by its name. */
function written(value: Extract<CelValue, object>): string {
  if (isCelType(value)) return value.name;
  const texts = FUNCTIONS.filter(({ name }) => name === 'string').map((func) =>
    func.call(0, undefined, [value]),
  );
  return texts.find((text) => typeof text === 'string') ?? '';
}
