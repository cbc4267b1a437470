import { below } from '../targets/endpoint.ts';
import { fail, pass, unknown, type Checker } from './checker.ts';
import type { TreeEntry } from './git-objects.ts';
import { readCommit } from './git.ts';
import { readWorkingTree } from './working-tree.ts';

/** Enough to know where to look. */
const MOST_NAMED = 5;
const SUBMODULE = '160000';

/** Every file that is checked out is as it was tagged, and there is none beside them. */
export const checkGitTree: Checker<'git_tree'> = async (check, { home, signal }) => {
  const repository = below(home, check.repository);
  const path = (check.path ?? '').replace(/\/$/, '');
  const what = `${check.repository}${path === '' ? '' : `/${path}`}`;
  const from = Buffer.from(path).toString('latin1');
  const { commit, algorithm, files } = await readCommit(repository, check.at, signal);
  const at = `${check.at} (${commit.slice(0, 12)})`;
  const tagged = files.filter((file) => isBelow(from, file.path));
  if (tagged.length === 0) return unknown(`${at} has nothing at ${what}`);
  if (tagged.some(({ mode }) => mode === SUBMODULE)) {
    return unknown(`${what} has submodules at ${at}: check each by itself`);
  }
  const running = await readWorkingTree(repository, from, algorithm, signal);
  const differences = compareTrees(tagged, running);
  if (differences.length === 0) return pass(`${tagged.length} files of ${what} are those of ${at}`);
  const named = differences.slice(0, MOST_NAMED).join(', ');
  const more = differences.length > MOST_NAMED ? ', and others' : '';
  return fail(`${what} differs from ${at} in ${differences.length}: ${named}${more}`);
};

function isBelow(from: string, path: string): boolean {
  return from === '' || path === from || path.startsWith(`${from}/`);
}

function compareTrees(tagged: readonly TreeEntry[], running: readonly TreeEntry[]): string[] {
  const left = new Map(running.map((entry) => [entry.path, entry]));
  const differences = tagged.flatMap(({ path, mode, hash }) => {
    const found = left.get(path);
    left.delete(path);
    if (found === undefined) return `${shown(path)} is missing`;
    return found.hash === hash && found.mode === mode ? [] : `${shown(path)} is changed`;
  });
  return [...differences, ...[...left.keys()].map((path) => `${shown(path)} was never tagged`)];
}

function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
