import canonicalize from 'canonicalize';
import { Fault } from '../domain/fault.ts';

/** Deeper values could exhaust the stack of whoever walks them; no record of ours comes near. */
const MAX_DEPTH = 256;

/**
 * RFC 8785 canonical JSON. Throws Fault `not_canonical` for what JSON cannot say exactly: undefined,
 * NaN, infinities, lone surrogates, functions, bigints, class instances, and values nested too deep.
 */
export function canonicalJson(value: unknown): string {
  requireJson(value, '$', 0);
  const text = canonicalize(value);
  if (text === undefined) refuse('$', 'has no JSON form');
  return text;
}

/**
 * Parses bytes that are exactly `canonicalJson(value)` and one newline; undefined for any others, so
 * that white space, key order, duplicate keys and escapes leave no room for a change.
 */
export function parseCanonicalLine(bytes: Uint8Array): unknown {
  try {
    // ignoreBOM keeps a byte order mark in the text, where it is refused.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return `${canonicalJson(value)}\n` === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes that `parseCanonicalLine` reads. */
export function canonicalLine(value: unknown): Uint8Array {
  return Buffer.from(`${canonicalJson(value)}\n`);
}

/** The serialiser drops or mangles some of these without a word, which would sign other bytes than meant. */
function requireJson(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) refuse(path, `is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'boolean' || value === null) return;
  if (typeof value === 'object') return requireJsonMembers(value, path, depth);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(path, `is ${value}`);
  } else if (typeof value === 'string') {
    if (!value.isWellFormed()) refuse(path, 'holds a lone surrogate');
  } else {
    refuse(path, `is of type ${typeof value}`);
  }
}

function requireJsonMembers(value: object, path: string, depth: number): void {
  if (Array.isArray(value)) {
    // Not forEach: it skips the holes of a sparse array.
    for (const [index, item] of value.entries()) requireJson(item, `${path}[${index}]`, depth + 1);
    return;
  }
  if (!isPlain(value)) refuse(path, 'is not a plain object');
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) refuse(path, 'has a key with a lone surrogate');
    requireJson(item, `${path}.${key}`, depth + 1);
  }
}

/** Object.prototype of any realm, or none. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuse(path: string, problem: string): never {
  throw new Fault('not_canonical', `${path} ${problem}: no canonical JSON`, { retryable: false });
}
