/** A report or a quote is a few levels deep; what walks a value may recurse, so nobody may choose how far. */
const MOST_LEVELS = 32;

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g;

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
  const levels: { keys: Set<string> | null; last: string }[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      levels.push({ keys: token === '{' ? new Set() : null, last: '' });
      if (levels.length > MOST_LEVELS) bad(`it is more than ${MOST_LEVELS} levels deep`);
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token === ':') {
      if (level?.keys) addKey(level.keys, level.last);
    } else if (token !== ',') {
      const string = readString(token);
      if (level !== undefined) level.last = string;
    }
  }
  // Not before the levels are counted: with a reviver the engine recurses.
  return lossless && OUTSIZE.test(text) ? JSON.parse(text, keepOutsize) : value;
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
