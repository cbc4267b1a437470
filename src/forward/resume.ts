import { uncounted } from './count-lost.ts';
import { enqueue, enqueueAll, type Following, type Step, stepped } from './following.ts';
import { type LogFile, openLogFile, printOf } from './log-file.ts';
import type { Position } from './position.ts';
import { findPrinted, isSince, keepOf, openRotated } from './rotated-files.ts';

/** Begins where nothing is followed: at the start, or where there was no file yet. */
export async function begin(following: Following): Promise<Step[]> {
  if (following.known !== null) return resume(following, following.known);
  const file = await openLogFile(following.path);
  if (file !== null) await enqueue(following, file);
  following.known = { file: '', offset: 0, print: '', seen_ms: following.now() };
  return [await stepped(following, null)];
}

/** Goes on with the file that was read last, whatever it is called now, and with all that followed it. */
export async function resume(following: Following, from: Position): Promise<Step[]> {
  const { path } = following;
  const files = await openRotated(path);
  let found = -1;
  const kept = await keepOf(files, async () => {
    found = await findKnown(files, from, path);
    return found === -1
      ? files.filter((file) => isSince(file, path, from.seen_ms))
      : files.slice(found);
  });
  const [first] = kept;
  if (first === undefined) return [];
  await enqueueAll(following, kept, found === -1 ? 0 : from.offset);
  if (found !== -1) return [];
  return [await stepped(following, isLost(from, first, path) ? uncounted('gone') : null)];
}

/** The file itself, wherever it is now; else a copy of it. */
async function findKnown(
  files: readonly LogFile[],
  known: Position,
  path: string,
): Promise<number> {
  const same = files.findIndex(({ id }) => id === known.file);
  const file = files[same];
  // Of which nothing was read yet: it may have been copied and truncated.
  if (known.offset === 0) return file?.path === path ? -1 : same;
  if (file !== undefined && (await file.size()) >= known.offset) {
    if ((await printOf(file, known.offset).catch(() => '')) === known.print) return same;
  }
  return findPrinted(files, known);
}

/** One of which nothing was read is the first of those that are there, as far as anybody can tell. */
function isLost(from: Position, first: LogFile, path: string): boolean {
  if (from.offset > 0) return true;
  return from.file !== '' && first.path === path && first.id !== from.file;
}
