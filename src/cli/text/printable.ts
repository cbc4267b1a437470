/**
 * Control and format characters (bidirectional overrides among them) and line separators. What an attacker writes
 * into a report must not move the cursor, recolour the screen or reorder a line of the operator who reads it.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const BLANK = / *[\t\n\r][\t\n\r ]*/g;

/** A copy of the value, each of whose strings is safe to show on one line of a terminal. */
export function printable<T>(value: T): T;
export function printable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(BLANK, ' ').replace(UNPRINTABLE, escaped);
  if (Array.isArray(value)) return value.map((item: unknown) => printable(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [printable(name), printable(item)]),
  );
}

/** JSON that means the same, and is as safe to show: such characters are written as `\uXXXX`. */
export function printableJson(document: unknown, indent?: number): string {
  // Line feeds outside of strings are the indentation; inside they are escaped already.
  return JSON.stringify(document, null, indent).replace(UNPRINTABLE, (c) =>
    c === '\n' ? c : escaped(c),
  );
}

/** One escape for each UTF-16 unit, as JSON has it. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
