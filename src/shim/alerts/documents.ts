import type { Json } from '../../domain/alert.ts';
import { NotStrictJson, parseStrictJson } from '../../evidence/strict-json.ts';

/** As many lines as a busy detector's forwarder sends at once, many times over; each costs memory beside its text. */
const MOST_LINES = 20_000;

/** What a text held. `index` counts its documents from 0, those refused too; lines without anything are none. */
export interface Documents {
  documents: Json[];
  refused: { index: number; reason: string }[];
}

/**
 * JSON, JSON Lines or lines of text, by what it is and, where that does not say, by its content type. A line of text
 * becomes `{"line": …}`. Numbers that no double holds stay as they are written, as texts. Never throws: what is no
 * strict JSON is refused, and a line costs only itself.
 */
export function documentsOf(text: string, contentType: string): Documents {
  const type = mediaType(contentType);
  if (JSON_LINES.has(type)) return eachLine(text, jsonOf);
  if (!isJson(type) && !looksLikeJson(text)) return eachLine(text, jsonOrLine);
  const whole = attempt(text, jsonOf);
  return 'reason' in whole && isJsonLines(text) ? eachLine(text, jsonOf) : collected([whole]);
}

/** https://github.com/ndjson/ndjson-spec and https://jsonlines.org name none of them for good. */
const JSON_LINES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
]);

/** RFC 9110, section 8.3.1. */
function mediaType(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

/** An access log may begin with a time in brackets; a list of documents goes on with another bracket. */
function looksLikeJson(text: string): boolean {
  return /^\s*(?:\{|\[\s*[{[\]])/.test(text);
}

/** Whether its first line is a whole document, as no first line of an indented one is. */
function isJsonLines(text: string): boolean {
  const [first, second] = lines(text);
  if (first === undefined || second === undefined || !/^\s*[{[]/.test(first)) return false;
  return isReadable(first);
}

function isReadable(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

type Attempt = { document: Json } | { reason: string };

function eachLine(text: string, read: (line: string) => Json): Documents {
  const attempts: Attempt[] = [];
  for (const line of lines(text)) {
    if (attempts.length === MOST_LINES) {
      attempts.push({ reason: `no more than ${MOST_LINES} lines are read at once` });
      break;
    }
    attempts.push(attempt(line, read));
  }
  return collected(attempts);
}

/** One at a time, so that a text of line ends alone takes no memory. */
function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? undefined : end);
    if (line.trim() !== '') yield line.replace(/\r$/, '');
    start = end === -1 ? text.length : end + 1;
  }
}

function attempt(text: string, read: (text: string) => Json): Attempt {
  try {
    return { document: read(text) };
  } catch (error) {
    if (error instanceof NotStrictJson) return { reason: error.message };
    throw error;
  }
}

function jsonOf(text: string): Json {
  return parseStrictJson(text, { lossless: true }) as Json;
}

function jsonOrLine(line: string): Json {
  return looksLikeJson(line) ? jsonOf(line) : { line };
}

function collected(attempts: readonly Attempt[]): Documents {
  return {
    documents: attempts.flatMap((made) => ('document' in made ? [made.document] : [])),
    refused: attempts.flatMap((made, index) =>
      'reason' in made ? [{ index, reason: made.reason }] : [],
    ),
  };
}
