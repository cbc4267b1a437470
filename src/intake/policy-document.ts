import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { remembering } from './remembering.ts';

export type Path = readonly PropertyKey[];

/** One YAML file, read as plain data, that still knows its lines. */
export interface PolicyDocument {
  value: unknown;
  problems: { line: number; reason: string }[];
  /** The line of the deepest known part of the path; `found` where the path is there whole. */
  locate(path: Path): { line: number; found: boolean };
}

/** The files of a policy, of the one before it, and of one that is being checked. */
const MOST_KEPT = 128;

/** Never throws: a text that cannot be read has problems and no value. One that was read before is not read again. */
export const readDocument = remembering(MOST_KEPT, (text: string) => text, readAnew);

function readAnew(text: string): PolicyDocument {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: sameName,
      version: '1.2',
    });
    const problems = [...complaints(document, lines), ...forbidden(document, lines)];
    return {
      problems,
      value: problems.length === 0 ? document.toJS({ maxAliasCount: 0 }) : undefined,
      locate: (path) => locate(document, lines, path),
    };
  } catch (cause) {
    // Nesting without end exhausts the parser's stack.
    const reason = cause instanceof RangeError ? 'is nested too deeply' : 'is not readable YAML';
    return {
      problems: [{ line: 1, reason }],
      value: undefined,
      locate: () => ({ line: 1, found: false }),
    };
  }
}

/** Of `0` and `'0'`, plain data would keep the last alone. */
function sameName(a: unknown, b: unknown): boolean {
  return a === b || (isScalar(a) && isScalar(b) && String(a.value) === String(b.value));
}

function complaints({ errors, warnings }: Document.Parsed, lines: LineCounter) {
  return [...errors, ...warnings].map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    reason: message,
  }));
}

/** Aliases can grow a small file beyond memory, and a variable would bring secrets into the policy. */
function forbidden(document: Document.Parsed, lines: LineCounter) {
  const found: { line: number; reason: string }[] = [];
  const say = (node: Node, reason: string) => found.push({ line: lineOf(node, lines), reason });
  visit(document, {
    Alias: (_, alias) => void say(alias, `*${alias.source}: aliases are not read`),
    Scalar: (_, scalar) => {
      if (String(scalar.value).includes('${')) {
        say(scalar, 'variables are not replaced: name the file that holds the secret');
      }
    },
  });
  return found;
}

function locate(document: Document.Parsed, lines: LineCounter, path: Path) {
  let node: unknown = document.contents;
  let line = 1;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) return { line, found: false };
    line = lineOf(next.at, lines);
    node = next.value;
  }
  return { line, found: true };
}

function child(node: unknown, step: PropertyKey): { at: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { at: pair.key, value: pair.value };
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return item === undefined ? undefined : { at: item, value: item };
}

function lineOf(node: unknown, lines: LineCounter): number {
  const range = isNode(node) ? node.range : undefined;
  return range ? lines.linePos(range[0]).line : 1;
}
