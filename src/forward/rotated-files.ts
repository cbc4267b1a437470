import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../domain/fault.ts';
import { unlessMissing } from './error-code.ts';
import { type LogFile, openLogFile, printOf } from './log-file.ts';
import { rotatedNames } from './rotated-names.ts';

/** Gzip keeps the time at which a file was last written to in whole seconds; kernels count it in some milliseconds. */
const GRAIN_MS = { compressed: 1_000, plain: 20 };

/** A rotation renames for some milliseconds. */
const LOOK_AGAIN_MS = 20;
const MOST_LOOKS = 50;

/**
 * The log file and what it was rotated to, all open, the oldest first, as they were at one moment: none is left out, and
 * none there twice, because it was renamed meanwhile. Faults: `log_files_restless`, the system's.
 */
export async function openRotated(path: string): Promise<LogFile[]> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const files = await openNamed(path);
    if (files !== null && (await isAsOpened(path, files))) return files;
    await closeAll(files ?? []);
    await sleep(LOOK_AGAIN_MS);
  }
  const message = `the files of ${path} are renamed faster than they can be listed`;
  throw new Fault('log_files_restless', message, { retryable: true });
}

export async function closeAll(files: readonly LogFile[]): Promise<void> {
  for (const file of files) await file.close();
}

/**
 * Closes those that `keep` does not choose; what it chooses, or throws, is handed on.
 */
export async function keepOf(
  files: readonly LogFile[],
  keep: () => Promise<LogFile[]>,
): Promise<LogFile[]> {
  let kept: LogFile[] = [];
  try {
    kept = await keep();
    return kept;
  } finally {
    await closeAll(files.filter((file) => !kept.includes(file)));
  }
}

/** Where in the list the file is that begins with what the print was taken of; -1 where none does. The newest counts. */
export async function findPrinted(
  files: readonly LogFile[],
  { offset, print }: { offset: number; print: string },
): Promise<number> {
  for (const [i, file] of [...files.entries()].toReversed()) {
    if ((await file.size()) >= offset && (await printOrNone(file, offset)) === print) return i;
  }
  return -1;
}

/** The log file itself, or one that was written to at that time or later. */
export function isSince(file: LogFile, path: string, sinceMs: number): boolean {
  const grain = file.compressed ? GRAIN_MS.compressed : GRAIN_MS.plain;
  return file.path === path || file.modifiedMs + grain > sinceMs;
}

/** A file that is no whole gzip file is not the one. */
async function printOrNone(file: LogFile, offset: number): Promise<string> {
  return printOf(file, offset).catch(() => '');
}

/** Null where one of them was renamed meanwhile. */
async function openNamed(path: string): Promise<LogFile[] | null> {
  const files: LogFile[] = [];
  let isWhole = false;
  try {
    for (const name of await namesOf(path)) {
      const file = await openLogFile(join(dirname(path), name));
      if (file === null) return null;
      files.push(file);
    }
    isWhole = true;
    return files;
  } finally {
    if (!isWhole) await closeAll(files);
  }
}

async function isAsOpened(path: string, files: readonly LogFile[]): Promise<boolean> {
  const names = await namesOf(path);
  if (names.length !== files.length) return false;
  for (const [i, name] of names.entries()) {
    const named = join(dirname(path), name);
    if (files[i]?.path !== named || files[i].id !== (await idOf(named))) return false;
  }
  return true;
}

/** `dev:ino` of what is there now; null where nothing is. */
export async function idOf(path: string): Promise<string | null> {
  const found = await unlessMissing(stat(path, { bigint: true }));
  return found === null ? null : `${found.dev}:${found.ino}`;
}

async function namesOf(path: string): Promise<string[]> {
  const found = await unlessMissing(readdir(dirname(path), { withFileTypes: true }));
  const files = (found ?? []).filter((each) => each.isFile() || each.isSymbolicLink());
  return rotatedNames(
    path,
    files.map(({ name }) => name),
  );
}
