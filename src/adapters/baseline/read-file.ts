import { readFile, stat } from 'node:fs/promises';
import { Fault } from '../../domain/fault.ts';

/** Lists, keys and signatures are some KB; anything longer is the wrong file. */
const MOST_BYTES = 1024 * 1024;

/** A file that a comparison is made with. Throws `file_unreadable`. */
export async function readSmallFile(path: string): Promise<Buffer> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) throw unreadable(path, 'there is no such file');
  return bytes;
}

/** Undefined where there is none. Throws `file_unreadable`. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw unreadable(path, 'it is no file');
    if (found.size > MOST_BYTES) throw unreadable(path, `it has more than ${MOST_BYTES} bytes`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    throw unreadable(path, code);
  }
}

function unreadable(path: string, why: string): Fault {
  return new Fault('file_unreadable', `${path} cannot be read: ${why}`, { retryable: true });
}
