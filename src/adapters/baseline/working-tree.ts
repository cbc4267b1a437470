import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { Fault } from '../../domain/fault.ts';
import { objectHash, type GitAlgorithm, type TreeEntry } from './git-objects.ts';

/** Policies and configuration are hundreds of small files; beyond this somebody names the wrong directory. */
const MOST_FILES = 20_000;
const MOST_BYTES = 512 * 1024 * 1024;

/** No file of a tree has it, so that it differs from every one. */
const NO_FILE = 'no file';

/**
 * What is checked out, as git would add it and without the attributes by which a checkout may be made to look other than
 * it is: ignored files too, and whatever `.git` is deeper down. Throws `tree_too_large`, `tree_unread`.
 */
export async function readWorkingTree(
  root: string,
  from: string,
  algorithm: GitAlgorithm,
  signal: AbortSignal,
): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const left = { files: MOST_FILES, bytes: MOST_BYTES };
  const visit = async (path: string): Promise<void> => {
    if (signal.aborted)
      throw new Fault('tree_unread', 'the files were not read in time', { retryable: true });
    const at = placeOf(root, path);
    const found = await lstat(at);
    if (found.isDirectory()) {
      for (const name of await readdir(at, { encoding: 'latin1' })) {
        if (path !== '' || name !== '.git') await visit(path === '' ? name : `${path}/${name}`);
      }
      return;
    }
    spend(left, found.isFile() ? found.size : 0);
    entries.push({ path, ...(await read(at, found, algorithm)) });
  };
  await visit(from).catch(ignoreMissing);
  return entries;
}

function placeOf(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

function spend(left: { files: number; bytes: number }, size: number): void {
  left.files -= 1;
  left.bytes -= size;
  if (left.files >= 0 && left.bytes >= 0) return;
  const message = `there are more than ${MOST_FILES} files or ${MOST_BYTES} bytes to compare`;
  throw new Fault('tree_too_large', message, { retryable: false });
}

async function read(
  at: Buffer,
  found: { isFile(): boolean; isSymbolicLink(): boolean; mode: number },
  algorithm: GitAlgorithm,
): Promise<{ mode: string; hash: string }> {
  if (found.isSymbolicLink()) {
    return { mode: '120000', hash: objectHash('blob', await readlink(at, 'buffer'), algorithm) };
  }
  if (!found.isFile()) return { mode: NO_FILE, hash: '' };
  // What was a file a moment ago may be a link or a pipe by now.
  const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const mode = (found.mode & constants.S_IXUSR) === 0 ? '100644' : '100755';
    return { mode, hash: objectHash('blob', await file.readFile(), algorithm) };
  } finally {
    await file.close();
  }
}

/** A path that is not there has no files: that they are missing is for the comparison to say. */
function ignoreMissing(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
