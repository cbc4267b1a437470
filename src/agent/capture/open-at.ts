import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import type { ByteName } from './byte-name.ts';
import { errorCode } from '../subjects/gone.ts';

/** A descriptor that only names a file: opening it wakes no device, no FIFO and no server of a filesystem. */
export const O_PATH = 0o10000000;

/** One name below an open directory, never through a symbolic link. */
export function openAt(directory: number, name: ByteName): number {
  return openSync(at(directory, name), O_PATH | constants.O_NOFOLLOW);
}

/** A path below an open directory, one component at a time. Throws ENOTDIR and the like where there is no such directory. */
export function openDirectoryBelow(directory: number, path: ByteName): number {
  let current = openSync(`/proc/self/fd/${directory}`, O_PATH | constants.O_DIRECTORY);
  for (const name of path.split('/').filter((part) => part !== '')) {
    try {
      const next = openSync(
        at(current, name),
        O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY,
      );
      closeSync(current);
      current = next;
    } catch (error) {
      closeSync(current);
      throw error;
    }
  }
  return current;
}

/** The very file that was looked at, now to be read: without waiting, and where allowed without a trace in its atime. */
export function openToRead(file: number): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  try {
    return openSync(`/proc/self/fd/${file}`, flags | constants.O_NOATIME);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
    return openSync(`/proc/self/fd/${file}`, flags);
  }
}

/** What a symbolic link says, which is never followed. */
export function readLinkAt(directory: number, name: ByteName): ByteName {
  return readlinkSync(at(directory, name), { encoding: 'buffer' }).toString('latin1');
}

function at(directory: number, name: ByteName): Buffer {
  return Buffer.from(`/proc/self/fd/${directory}/${name}`, 'latin1');
}
