import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { available } from './available.ts';

/** A file that has all its bytes and no name among the objects yet. */
export interface Staged {
  path: string;
  sha256: string;
  size: number;
}

/**
 * Writes a new read-only file, waits until the disk has it, and lends it to `use`; it is gone afterwards,
 * however it ends. An error of the source is thrown on as it is: only those of the disk are the store's.
 */
export async function staged<Result>(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  use: (file: Staged) => Promise<Result>,
): Promise<Result> {
  try {
    return await use({ path, ...(await write(path, chunks)) });
  } finally {
    await available(() => rm(path, { force: true }));
  }
}

async function write(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ sha256: string; size: number }> {
  const digest = createHash('sha256');
  let size = 0;
  const file = await available(() => open(path, 'wx', 0o600));
  try {
    for await (const chunk of chunks) {
      digest.update(chunk);
      size += chunk.length;
      await available(() => file.writeFile(chunk)); // goes on where the last chunk ended
    }
    await available(async () => {
      await file.chmod(0o444);
      await file.sync();
    });
  } finally {
    await file.close();
  }
  return { sha256: digest.digest('hex'), size };
}
