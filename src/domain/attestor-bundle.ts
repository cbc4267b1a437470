import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export type JsonObject = { [key: string]: unknown };

/**
 * The runtime attestor's `bundle_hmac`: hex HMAC-SHA256 over the bundle with that field empty,
 * written as Go's encoding/json writes a map.
 */
export function bundleHmac(bundle: JsonObject, key: Uint8Array): string {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(goJson({ ...bundle, bundle_hmac: '' }))));
}

/** JSON as Go writes it: compact, keys sorted at every level, five characters escaped. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return escaped(JSON.stringify(value));
  // Not JSON.stringify of a sorted copy: an object lists keys such as "10" and "7" as numbers.
  const members = Object.entries(value).toSorted(([a], [b]) => byCodePoint(a, b));
  return `{${members.map(([key, item]) => `${goJson(key)}:${goJson(item)}`).join(',')}}`;
}

function escaped(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Go compares keys as UTF-8 bytes, which is the order of code points and not that of UTF-16. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at === -1) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}
