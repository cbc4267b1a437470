/** A report or a quote is a few levels deep; what walks a value may recurse, so nobody may choose how far. */
const MOST_LEVELS = 32;

/** What a number must be written like for a double to hold something else than what stands there. */
const OUTSIZE = /\d{16}|\d[eE]/;

export interface Reading {
  /** What of a number no double holds, an integer beyond 2^53 or a size beyond any, comes as the text that it has. */
  lossless?: boolean;
}

/** JSON that two parsers might read differently. */
export class NotStrictJson extends Error {
  override name = 'NotStrictJson';
}

/**
 * Parses JSON that every parser reads alike: one document, no key twice, no lone surrogate (which has no UTF-8
 * form), no `__proto__`, at most 32 levels. Throws `NotStrictJson`.
 */
export function parseStrictJson(text: string, { lossless = false }: Reading = {}): unknown {
  const value = parseJson(text);
  const hasOutsize = scan(text);
  // Not before the levels are counted: with a reviver the engine recurses.
  return lossless && hasOutsize ? JSON.parse(text, keepOutsize) : value;
}

interface Level {
  /** Null for a list. */
  keys: Set<string> | null;
  last: string;
}

/** Goes once over what is JSON; whether one of its numbers is written as none is that a double holds. */
function scan(text: string): boolean {
  const levels: Level[] = [];
  let level: Level | undefined;
  let hasOutsize = false;
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + 1;
    const char = text.charAt(at);
    if (char === '"') {
      end = endOfString(text, at);
      const string = readString(text.slice(at, end));
      if (level?.keys) level.last = string;
    } else if (char === ':') {
      if (level?.keys) addKey(level.keys, level.last);
    } else if (char === '{' || char === '[') {
      level = { keys: char === '{' ? new Set() : null, last: '' };
      levels.push(level);
      if (levels.length > MOST_LEVELS) bad(`it is more than ${MOST_LEVELS} levels deep`);
    } else if (char === '}' || char === ']') {
      levels.pop();
      level = levels.at(-1);
    } else if (char >= '0' && char <= '9') {
      end = endOfNumber(text, at);
      hasOutsize ||= OUTSIZE.test(text.slice(at, end));
    }
  }
  return hasOutsize;
}

/** Behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let char = text.charAt(at); char !== '"'; char = text.charAt(at)) {
    at += char === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** Without a sign before it, which makes nothing longer. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (/[\d.eE+-]/.test(text.charAt(at))) at += 1;
  return at;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
}

/** ECMA-262, JSON.parse source text access: a number comes with the text that it was read from. */
function keepOutsize(_: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const isHeld = /^-?\d+$/.test(context.source)
    ? Number.isSafeInteger(value)
    : Number.isFinite(value);
  return isHeld ? value : context.source;
}

function readString(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const string = String(JSON.parse(token));
  if (!string.isWellFormed()) bad('a string has half of a surrogate pair');
  return string;
}

function addKey(keys: Set<string>, key: string): void {
  if (key === '__proto__') bad('"__proto__" is not a name that can be used');
  if (keys.has(key)) bad(`the name ${JSON.stringify(key)} is there twice`);
  keys.add(key);
}

function bad(reason: string): never {
  throw new NotStrictJson(reason);
}
