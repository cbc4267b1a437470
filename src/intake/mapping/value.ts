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
  const room = { left: MOST_CHARACTERS };
  const json = jsonOf(value, room, 1);
  return room.left < 0 ? beginning(json, MOST_CHARACTERS) : json;
}

/** Any value as a text of so many characters: of what is no text, its JSON; '' for null, which says nothing. */
export function textOf(value: CelValue, most: number): string {
  return value === null ? '' : beginning(jsonOf(value, { left: most }, 1), most);
}

function beginning(json: Json, most: number): string {
  return fit(typeof json === 'string' ? json : JSON.stringify(json), most);
}

/** Characters that are left: below zero, whatever follows is left out. A value may be larger than it took to make. */
interface Room {
  left: number;
}

function jsonOf(value: CelValue, room: Room, level: number): Json {
  if (typeof value === 'object' && value !== null) return compoundOf(value, room, level);
  const json = scalarOf(value, room);
  room.left -= String(json).length + 1;
  return json;
}

function scalarOf(value: Exclude<CelValue, object>, room: Room): string | number | boolean | null {
  if (typeof value === 'string') return sound(value.slice(0, Math.max(0, room.left) + 1));
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'bigint' ? integer(value) : value;
}

function compoundOf(value: Extract<CelValue, object>, room: Room, level: number): Json {
  if (isCelList(value)) return listOf(value, room, level);
  if (isCelMap(value)) return objectOf(value, room, level);
  return jsonOf(leafOf(value), room, level);
}

function listOf(list: CelList, room: Room, level: number): Json {
  const json: Json[] = [];
  for (const member of list) {
    if (isFull(room, level)) break;
    json.push(jsonOf(member, room, level + 1));
  }
  return json;
}

/** Without what strict JSON refuses as a name. */
function objectOf(map: CelMap, room: Room, level: number): Json {
  const members: [string, Json][] = [];
  for (const [key, member] of map) {
    if (isFull(room, level)) break;
    const name = sound(String(isCelUint(key) ? key.value : key));
    if (name === '__proto__') continue;
    room.left -= name.length;
    members.push([name, jsonOf(member, room, level + 1)]);
  }
  return Object.fromEntries(members);
}

/** Empty lists take room too, and what is too deep takes all. */
function isFull(room: Room, level: number): boolean {
  room.left -= level > MOST_LEVELS ? Infinity : 1;
  return room.left < 0;
}

function leafOf(value: Exclude<Extract<CelValue, object>, CelList | CelMap>): string | bigint {
  if (isCelUint(value)) return value.value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : written(value);
}

/** One that a double holds is a number. */
function integer(value: bigint): string | number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A timestamp in RFC 3339, a duration in seconds, as CEL's own `string()` has them; a type by its name. */
function written(value: Exclude<Extract<CelValue, object>, CelList | CelMap>): string {
  if (isCelType(value)) return value.name;
  const texts = FUNCTIONS.filter(({ name }) => name === 'string').map((func) =>
    func.call(0, undefined, [value]),
  );
  return texts.find((text) => typeof text === 'string') ?? '';
}
