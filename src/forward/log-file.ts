import { createHash } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import { unlessMissing } from './error-code.ts';
import { createUnzipped } from './unzipped.ts';

/** As much of a file's beginning, and of what was read last, as tells it from others. */
export const PRINT_BYTES = 1024;

/** A log file that is open: the same whatever it is renamed to, and there for as long as it is open. */
export interface LogFile {
  /** Device and inode, `dev:ino`. */
  id: string;
  path: string;
  /** When it was last written to, epoch milliseconds, as it was opened. */
  modifiedMs: number;
  /** A compressed one grows no more, and its size is not known before it was read. */
  compressed: boolean;
  /** Uncompressed bytes; Infinity for a compressed file. */
  size(): Promise<number>;
  /** It has no name any more. */
  removed(): Promise<boolean>;
  /** Up to `most` bytes from `at` on, none at the end. Cheap only where `at` grows. Throws where it is no whole gzip file. */
  read(at: number, most: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Null where there is none. Fault `not_a_log_file` for a pipe, a directory and their like. */
export async function openLogFile(path: string): Promise<LogFile | null> {
  // A pipe that nobody writes into would keep the call from ever returning.
  const handle = await unlessMissing(open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  if (handle === null) return null;
  const found = await handle.stat({ bigint: true });
  if (!found.isFile()) {
    await handle.close();
    throw new Fault('not_a_log_file', `${path} is no regular file`, { retryable: true });
  }
  const { dev, ino, mtimeMs } = found;
  const compressed = path.endsWith('.gz');
  return {
    id: `${dev}:${ino}`,
    path,
    modifiedMs: Number(mtimeMs),
    compressed,
    size: async () => (compressed ? Infinity : (await handle.stat()).size),
    removed: async () => (await handle.stat()).nlink === 0,
    read: compressed ? createUnzipped(handle).read : (at, most) => readAt(handle, at, most),
    close: () => handle.close(),
  };
}

/**
 * By which the first `offset` bytes of a file are recognised: SHA-256 over how they begin and how they end. '' where the
 * file has not so many.
 */
export async function printOf(file: Pick<LogFile, 'read'>, offset: number): Promise<string> {
  const length = Math.min(PRINT_BYTES, offset);
  const hash = createHash('sha256');
  for (const from of [0, offset - length]) {
    const bytes = await readFully(file, from, length);
    if (bytes.length < length) return '';
    hash.update(bytes);
  }
  return hash.digest('hex');
}

async function readFully(file: Pick<LogFile, 'read'>, from: number, length: number) {
  const parts: Buffer[] = [];
  for (let got = 0; got < length;) {
    const part = await file.read(from + got, length - got);
    if (part.length === 0) break;
    parts.push(part);
    got += part.length;
  }
  return Buffer.concat(parts);
}

async function readAt(handle: FileHandle, at: number, most: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(most), 0, most, at);
  return buffer.subarray(0, bytesRead);
}
