import { NotStrictJson, parseStrictJson } from '../evidence/strict-json.ts';

const LINE_FEED = 0x0a;
/** What stands for an input that is no JSON: the verifier refuses it as it refuses everything that it cannot read. */
const UNREADABLE = null;

/** The inputs in a file: the whole of it as one JSON document, or one a line. */
export function quoteDocuments(bytes: Uint8Array): unknown[] {
  const whole = parse(bytes);
  if (whole !== UNREADABLE) return [whole];
  const lines = linesOf(bytes).filter((line) => line.some((byte) => byte > 0x20));
  return lines.length === 0 ? [UNREADABLE] : lines.map(parse);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof NotStrictJson || error instanceof TypeError) return UNREADABLE;
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
