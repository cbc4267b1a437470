import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../subjects/gone.ts';

const CHUNK_BYTES = 1024 * 1024;

/** SHA-256 of regular files, each read once, whoever has it open. */
export interface Digests {
  /** Null where it is no regular file, has more than `mostBytes`, or cannot be read to its end before the deadline. */
  of(path: string, mostBytes?: number): string | null;
}

/** `isOver`: asked before each chunk. */
export function createDigests(isOver: () => boolean): Digests {
  const known = new Map<string, string>();
  return {
    of: (path, mostBytes = Number.POSITIVE_INFINITY) => {
      const fd = openToRead(path);
      try {
        const stat = fstatSync(fd);
        if (!stat.isFile() || stat.size > mostBytes) return null;
        const key = [stat.dev, stat.ino, stat.size, stat.mtimeMs].join();
        const digest = known.get(key) ?? digestOf(fd, mostBytes, isOver);
        if (digest !== null) known.set(key, digest);
        return digest;
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** Its time of access stays as it was, where the kernel lets us ask for that. */
function openToRead(path: string): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  try {
    return openSync(path, flags | constants.O_NOATIME);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
    return openSync(path, flags);
  }
}

function digestOf(fd: number, mostBytes: number, isOver: () => boolean): string | null {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; !isOver();) {
    const read = readSync(fd, chunk, 0, chunk.length, at);
    if (read === 0) return hash.digest('hex');
    at += read;
    // A file can grow while it is read.
    if (at > mostBytes) return null;
    hash.update(chunk.subarray(0, read));
  }
  return null;
}
