import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../domain/fault.ts';

/** Neither group nor others: these files hold secrets. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** The secret in a file, without surrounding white space; null where there is no file. */
export async function readPrivateFile(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw fault(`The secret in ${path} cannot be read (${codeOf(cause)})`, cause);
  }
}

/** The secret in a file, made first where there is none. The file is whole or not there, and never overwritten. */
export async function readOrCreatePrivateFile(path: string, make: () => string): Promise<string> {
  const there = await readPrivateFile(path);
  if (there !== null) return there;
  try {
    await createPrivateFile(path, make());
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') {
      throw fault(`The secret ${path} cannot be written (${codeOf(cause)})`, cause);
    }
  }
  // Another process may have been first: what is in the file now is the secret.
  return (await readPrivateFile(path)) ?? '';
}

async function createPrivateFile(path: string, secret: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
  const staged = `${path}.${randomUUID()}`;
  const file = await open(staged, 'wx', FILE_MODE);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
    await link(staged, path);
  } finally {
    await file.close();
    await unlink(staged);
  }
}

function fault(message: string, cause: unknown): Fault {
  return new Fault('secret_file', message, { retryable: false, cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
