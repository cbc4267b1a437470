import { createHash } from 'node:crypto';

/** A file as a tree has it; its path in Latin-1, so that every byte of it is kept. */
export interface TreeEntry {
  path: string;
  mode: string;
  hash: string;
}

export type GitAlgorithm = 'sha1' | 'sha256';

const DIRECTORY = '40000';

/** The name of an object by what it says. */
export function objectHash(
  kind: 'blob' | 'tree' | 'commit',
  bytes: Uint8Array,
  algorithm: GitAlgorithm,
): string {
  const head = `${kind} ${bytes.byteLength}\0`;
  return createHash(algorithm).update(head).update(bytes).digest('hex');
}

/** The name of the tree that has these files: counted again, whatever a repository says. */
export function treeHash(entries: readonly TreeEntry[], algorithm: GitAlgorithm): string {
  const files: TreeEntry[] = [];
  const below = new Map<string, TreeEntry[]>();
  for (const entry of entries) {
    const [, name = '', rest] = /^([^/]*)\/(.*)$/s.exec(entry.path) ?? [];
    if (rest === undefined) files.push(entry);
    else below.set(name, [...(below.get(name) ?? []), { ...entry, path: rest }]);
  }
  const trees = [...below].map(([path, within]) => ({
    ...{ path, mode: DIRECTORY },
    hash: treeHash(within, algorithm),
  }));
  const sorted = [...files, ...trees].toSorted((a, b) => (sortedBy(a) < sortedBy(b) ? -1 : 1));
  const lines = sorted.flatMap(({ mode, path, hash }) => [
    Buffer.from(`${mode} ${path}\0`, 'latin1'),
    Buffer.from(hash, 'hex'),
  ]);
  return objectHash('tree', Buffer.concat(lines), algorithm);
}

/** Git sorts a directory as if its name had a slash behind it. */
function sortedBy({ path, mode }: TreeEntry): string {
  return mode === DIRECTORY ? `${path}/` : path;
}
