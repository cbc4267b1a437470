import { closeSync, fstatSync, opendirSync, type BigIntStats, type Dir } from 'node:fs';
import { errorCode } from '../subjects/gone.ts';
import type { ByteName } from './byte-name.ts';
import { openAt, readLinkAt } from './open-at.ts';

/** Each level holds two descriptors, of which a process has a thousand. */
export const MOST_DEPTH = 200;

/** What was found below the root of the walk. `file` is open by O_PATH until the next one is asked for. */
export interface Node {
  /** `/a/b`, one character a byte. */
  path: ByteName;
  file: number;
  stat: BigIntStats;
  /** What a symbolic link says; '' of everything else. */
  link: ByteName;
}

export interface WalkRules {
  /** Asked before the path is touched: below a filesystem that hangs, a look is enough to hang as well. */
  skip(path: ByteName): boolean;
  /** Something that is in the tree and was not walked. */
  onTrouble(path: ByteName, trouble: string): void;
}

interface Level {
  path: ByteName;
  directory: number;
  names: Dir;
}

/** All below an open directory, parents first, one component at a time: no symbolic link is followed, whoever swaps one in. */
export function* walkTree(root: number, rules: WalkRules): Generator<Node> {
  const { dev } = fstatSync(root, { bigint: true });
  const levels: Level[] = [levelOf('', openAt(root, '.'))];
  try {
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const entry = level.names.readSync();
      if (entry === null) {
        close(levels.pop());
        continue;
      }
      const path = `${level.path}/${entry.name}`;
      if (rules.skip(path)) continue;
      const node = look(level.directory, entry.name, path, rules);
      if (node === null) continue;
      // Mounted since mountinfo was read.
      const trouble = node.stat.dev === dev ? null : 'another filesystem';
      const deeper = yield* visit(node, trouble, levels.length, rules);
      if (deeper !== null) levels.push(deeper);
    }
  } finally {
    levels.forEach(close);
  }
}

/** Hands the node out, and opens it where the walk goes on below it. */
function* visit(
  node: Node,
  foreign: string | null,
  depth: number,
  rules: WalkRules,
): Generator<Node, Level | null> {
  let kept = false;
  try {
    if (foreign === null) yield node;
    const isDeep = depth >= MOST_DEPTH && node.stat.isDirectory();
    const trouble = foreign ?? (isDeep ? 'too deep' : null);
    if (trouble !== null) rules.onTrouble(node.path, trouble);
    if (trouble !== null || !node.stat.isDirectory()) return null;
    const level = attempt(node.path, rules, () => levelOf(node.path, node.file));
    kept = level !== null;
    return level;
  } finally {
    if (!kept) closeSync(node.file);
  }
}

function look(directory: number, name: ByteName, path: ByteName, rules: WalkRules): Node | null {
  const file = attempt(path, rules, () => openAt(directory, name));
  if (file === null) return null;
  const node = attempt(path, rules, () => {
    const stat = fstatSync(file, { bigint: true });
    // By name once more, because nothing reads a link by its descriptor; it is read and not followed.
    return { path, file, stat, link: stat.isSymbolicLink() ? readLinkAt(directory, name) : '' };
  });
  if (node === null) closeSync(file);
  return node;
}

function levelOf(path: ByteName, directory: number): Level {
  // A character a byte: the other encodings would mangle a name that is not UTF-8.
  const names = opendirSync(`/proc/self/fd/${directory}`, { encoding: 'latin1' });
  return { path, directory, names };
}

function close(level: Level | undefined): void {
  level?.names.closeSync();
  if (level !== undefined) closeSync(level.directory);
}

function attempt<T>(path: ByteName, rules: WalkRules, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    rules.onTrouble(path, code);
    return null;
  }
}
