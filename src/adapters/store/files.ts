import { constants } from 'node:fs';
import { type FileHandle, link, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** No write takes a day: what has been lying in the stage for longer belongs to nobody. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Follows no link, and does not wait for the writer of a pipe. */
const READ_IN_PLACE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Gives the staged file its name, unless something has it already: a rename would replace that silently. */
export async function linkOnce(stage: string, path: string): Promise<void> {
  try {
    await link(stage, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** A name is durable when the directory that holds it is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Opens a file for reading; undefined where there is none, or a symbolic link in its place. */
export async function openPlainFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, READ_IN_PLACE);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ELOOP')) return undefined;
    throw error;
  }
}

/** Removes what writers left behind that died in the middle. */
export async function removeAbandoned(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    try {
      const { mtimeMs } = await stat(path);
      if (now - mtimeMs > ABANDONED_AFTER_MS) await unlink(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error; // another process was quicker
    }
  }
}

/** True for an error of the operating system, and of that code where one is named. */
export function hasCode(error: unknown, code?: string): error is Error & { code: string } {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error)) return false;
  return code === undefined ? typeof error.code === 'string' : error.code === code;
}
