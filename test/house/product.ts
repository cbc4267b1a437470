import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const NOT_OURS = ['.git', '.tsc', 'node_modules'];

/** Paths of the product's own files that match, from its top. */
export function filesOf(pattern: string): string[] {
  const exclude = (path: string) => NOT_OURS.includes(basename(path));
  return globSync(pattern, { cwd: ROOT, exclude })
    .filter((path) => statSync(join(ROOT, path)).isFile())
    .toSorted();
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
