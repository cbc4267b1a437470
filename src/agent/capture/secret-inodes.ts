import { closeSync } from 'node:fs';
import { errorCode } from '../subjects/gone.ts';
import type { ByteName } from './byte-name.ts';
import { openDirectoryBelow } from './open-at.ts';
import { walkTree } from './walk-tree.ts';

/** A handful is usual; whoever has more has something else there, and nothing of that mount is taken. */
const MOST_SECRETS = 10_000;

/**
 * Inodes of all files below these paths of an open directory: a hard link to one is the secret under another name.
 * Null where there are too many to tell. `skip` is asked as in every walk of that directory.
 */
export function inodesBelow(
  root: number,
  paths: readonly ByteName[],
  skip: (path: ByteName) => boolean,
): Set<bigint> | null {
  const inodes = new Set<bigint>();
  for (const path of paths) {
    const directory = directoryBelow(root, path);
    if (directory === null) continue;
    try {
      const rules = { skip: (inside: ByteName) => skip(path + inside), onTrouble: () => undefined };
      for (const { stat } of walkTree(directory, rules)) {
        // Directories too: they have no other names, but a million of them is to be noticed.
        inodes.add(stat.ino);
        if (inodes.size > MOST_SECRETS) return null;
      }
    } finally {
      closeSync(directory);
    }
  }
  return inodes;
}

function directoryBelow(root: number, path: ByteName): number | null {
  try {
    return openDirectoryBelow(root, path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
