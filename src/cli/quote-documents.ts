import { NotStrictJson, parseStrictJson } from '../evidence/strict-json.ts';

const LINE_FEED = 0x0a;
/** Space, tab and carriage return: what JSON has for blanks within a line. */
const BLANKS: readonly number[] = [0x20, 0x09, 0x0d];
/** What stands for an input that is no JSON: the verifier refuses it as it refuses everything that it cannot read. */
const UNREADABLE = null;

/** The inputs in a file: the whole of it as one JSON document, or one a line. */
export function quoteDocuments(bytes: Uint8Array): unknown[] {
  if (isOneDocument(bytes)) return [parse(bytes)];
  const lines = linesOf(bytes).filter((line) => line.some((byte) => !BLANKS.includes(byte)));
  return lines.length === 0 ? [UNREADABLE] : lines.map(parse);
}

/** By any parser at all: what ours refuses for a key that is there twice is one document none the less. */
function isOneDocument(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // A string of millions of escapes exhausts the stack of regular expressions.
    const kinds = [NotStrictJson, TypeError, RangeError];
    if (kinds.some((kind) => error instanceof kind)) return UNREADABLE;
    throw error;
  }
}

/** Split as bytes, so that a line which is not UTF-8 spoils no other. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return [...lines, bytes.subarray(from)];
}
