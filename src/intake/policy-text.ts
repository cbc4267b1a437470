import { readFile, stat } from 'node:fs/promises';
import { PolicyError } from './policy-error.ts';
import type { PolicyFile } from './policy-source.ts';

/** Hundreds of times what any policy needs, and small enough to be parsed while reports come in. */
const MAX_FILE_BYTES = 256 * 1024;

/** One file as it is. Throws `PolicyError` where it is not there, or is nothing that can be read. */
export async function readOne(path: string, shipped: boolean): Promise<PolicyFile> {
  const file = await readIfThere(path);
  if (file === undefined) throw refused(path, 'there is no such file');
  return { ...file, shipped };
}

export async function readIfThere(path: string): Promise<PolicyFile | undefined> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw refused(path, 'is not a file');
    if (info.size > MAX_FILE_BYTES) throw refused(path, `is larger than ${MAX_FILE_BYTES} bytes`);
    // The byte order mark stays, so that the text encodes to the very bytes that were read.
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { path, shipped: false, text: utf8.decode(await readFile(path)) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    if (cause instanceof PolicyError) throw cause;
    throw refused(
      path,
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8' : `cannot be read (${code})`,
    );
  }
}

export function refused(file: string, reason: string): PolicyError {
  return new PolicyError([{ file, line: 0, reason }]);
}
