import { countLost, uncounted } from './count-lost.ts';
import { type FollowedFile, followedFile, type Read } from './followed-file.ts';
import { type LogFile, openLogFile, printOf } from './log-file.ts';
import type { Position } from './position.ts';
import { closeAll, findPrinted, idOf, keepOf, openRotated } from './rotated-files.ts';
import type { Lost } from './spooled-record.ts';

/** Removed files that are kept open, because they are not read yet, still take their room on the disk: it is not ours. */
const MOST_REMOVED_HELD = 3;

/** Gzip keeps the time at which a file was last written to in whole seconds; kernels count it in some milliseconds. */
const GRAIN_MS = { compressed: 1_000, plain: 20 };

/** What to write down: what was read, what was lost, or, with neither, that reading goes on elsewhere. */
export interface Step {
  cut?: Read['cut'];
  lost?: Lost;
  position: Position;
}

/** A log file and all that it is rotated to, read in order, as if it were one. */
export interface Tail {
  /** Finds out what the file has become: rotated, copied and truncated, removed. To be called often. */
  look(): Promise<Step[]>;
  /** What comes next; nothing where there is no more for now. */
  next(): Promise<Step[]>;
  close(): Promise<void>;
}

/** `position`: as the last step said; null to begin with the file as it is. */
export function createTail(path: string, position: Position | null, now: () => number): Tail {
  let known = position;
  /** What is to be read, the oldest first. The last of them is the file itself, as far as is known. */
  let queue: FollowedFile[] = [];
  const follow = (file: LogFile, offset = 0) => followedFile(file, offset, now);
  /** Noted at once what is in it: what is there later can be told from that. */
  const enqueue = async (file: LogFile, offset = 0) => {
    const followed = follow(file, offset);
    await followed.isStill();
    queue.push(followed);
  };
  const startOf = async (file: LogFile): Promise<Position> => follow(file).position();

  const beginAnew = async (): Promise<Step[]> => {
    const file = await openLogFile(path);
    if (file !== null) await enqueue(file);
    known = file ? await startOf(file) : { file: '', offset: 0, print: '', seen_ms: now() };
    return [{ position: known }];
  };

  const resume = async (from: Position): Promise<Step[]> => {
    const files = await openRotated(path);
    let found = -1;
    const kept = await keepOf(files, async () => {
      found = await findKnown(files, from, path);
      return found === -1
        ? files.filter((file) => isSince(file, path, from.seen_ms))
        : files.slice(found);
    });
    const [first, ...others] = kept;
    if (first === undefined) return [];
    await enqueue(first, found === -1 ? 0 : from.offset);
    for (const file of others) await enqueue(file);
    if (found !== -1) return [];
    known = await startOf(first);
    // One of which nothing was read is the first of them, as far as anybody can tell.
    const isLost =
      from.offset > 0 || (from.file !== '' && first.path === path && first.id !== from.file);
    return [isLost ? { lost: uncounted('gone'), position: known } : { position: known }];
  };

  const lookOn = async (last: FollowedFile): Promise<Step[]> => {
    const id = await idOf(path);
    if (id === null) return [];
    if (queue.length === 1 && last.mark().offset === 0) return lookAtFirst(last);
    const before = queue.at(-2);
    if (id !== last.file.id) await addRotated(last);
    else if (before !== undefined && last.mark().offset === 0) {
      // Nothing was seen of it yet: what is in it now may have been copied away and truncated once already.
      if ((await last.file.size()) === 0) return [];
      queue.pop();
      await last.file.close();
      await addRotated(before);
    } else if (!(await last.isStill())) return truncated(last);
    return [];
  };

  /** Nothing was ever in it when it was looked at: the first of what was written may be elsewhere by now. */
  const lookAtFirst = async (first: FollowedFile): Promise<Step[]> => {
    const position = await first.position();
    if ((await first.file.size()) === 0 && (await idOf(path)) === first.file.id) {
      known = position;
      return [];
    }
    await drop(first);
    return resume(known ?? position);
  };

  const addRotated = async (last: FollowedFile): Promise<void> => {
    const files = await openRotated(path);
    const added = await keepOf(files, async () => {
      const byId = files.findIndex(({ id }) => id === last.file.id);
      const at = byId === -1 ? await findCopy(files, last) : byId;
      const behind =
        at === -1
          ? files.filter((file) => isSince(file, path, last.file.modifiedMs))
          : files.slice(at + 1);
      return behind.filter(({ id }) => queue.every(({ file }) => file.id !== id));
    });
    for (const file of added) await enqueue(file);
  };

  /** What was not read yet is in a copy, if it was copied first. */
  const truncated = async (last: FollowedFile): Promise<Step[]> => {
    const files = await openRotated(path);
    let copy = -1;
    const kept = await keepOf(files, async () => {
      const others = files.filter(({ id }) => id !== last.file.id);
      copy = await findCopy(others, last);
      return copy === -1 ? files.filter(({ id }) => id === last.file.id) : files.slice(copy);
    });
    const [first, ...others] = kept;
    if (first === undefined) return [];
    const unread = last.mark().offset - last.offset();
    queue.pop();
    await enqueue(first, copy === -1 ? 0 : last.offset());
    for (const file of others) await enqueue(file);
    await last.file.close();
    if (copy !== -1) return [];
    return [await stepped(unread > 0 ? uncounted('truncated', unread) : null)];
  };

  const giveUp = async (): Promise<Step[]> => {
    const removed: FollowedFile[] = [];
    for (const each of queue) if (await each.file.removed()) removed.push(each);
    const [oldest] = removed;
    if (oldest === undefined || removed.length <= MOST_REMOVED_HELD) return [];
    const at = queue.indexOf(oldest);
    const files = await openRotated(path);
    const [copy] = await keepOf(files, async () => {
      const found = files[await findCopy(files, oldest)];
      return found === undefined || queue.some(({ file }) => file.id === found.id) ? [] : [found];
    });
    queue.splice(at, 1, ...(copy ? [follow(copy, oldest.offset())] : []));
    const lost = copy ? null : await countLost(oldest.file, oldest.offset(), 'rotated_away');
    await oldest.file.close();
    if (lost === null) return [];
    return [await stepped(lost.bytes === 0 ? null : lost)];
  };

  /** The position is that of what is read next, whatever of the queue is lost. */
  const stepped = async (lost: Lost | null): Promise<Step> => {
    const at = (await queue[0]?.position()) ?? known;
    if (at === null) throw new Error('nothing is followed');
    known = at;
    return lost === null ? { position: at } : { lost, position: at };
  };

  const drop = async (current: FollowedFile): Promise<void> => {
    queue.shift();
    await current.file.close();
  };

  return {
    look: async () => {
      const last = queue.at(-1);
      if (last === undefined) return known === null ? beginAnew() : resume(known);
      return [...(await lookOn(last)), ...(await giveUp())];
    },
    next: async () => {
      for (;;) {
        const [current, following] = queue;
        if (current === undefined) return [];
        const reads = await readOrNull(current);
        if (reads === null) {
          known = await current.position();
          await drop(current);
          return [await stepped(uncounted('damaged'))];
        }
        if (reads.length > 0 || following === undefined) return reads;
        // Whoever writes still has the old file as long as nothing is in the new one.
        if (queue.length === 2 && following.mark().offset === 0) return [];
        await following.peek();
        const late = await current.next();
        if (late.length > 0) return late;
        const unread = (await current.isStill()) ? 0 : current.mark().offset - current.offset();
        const rest = await current.rest();
        await drop(current);
        if (unread > 0) return [await stepped(uncounted('truncated', unread))];
        if (rest.length > 0) return rest;
      }
    },
    close: async () => {
      await closeAll(queue.map(({ file }) => file));
      queue = [];
    },
  };
}

/** Null where a compressed file is not whole. */
async function readOrNull(current: FollowedFile): Promise<Read[] | null> {
  try {
    return await current.next();
  } catch (error) {
    if (current.file.compressed) return null;
    throw error;
  }
}

/** The file itself, wherever it is now; else a copy of it. */
async function findKnown(
  files: readonly LogFile[],
  known: Position,
  path: string,
): Promise<number> {
  const same = files.findIndex(({ id }) => id === known.file);
  // Of which nothing was read yet: it may have been copied and truncated.
  if (known.offset === 0) return files[same]?.path === path ? -1 : same;
  const file = files[same];
  if (file !== undefined && (await file.size()) >= known.offset) {
    if ((await printOf(file, known.offset).catch(() => '')) === known.print) return same;
  }
  return findPrinted(files, known);
}

async function findCopy(files: readonly LogFile[], of: FollowedFile): Promise<number> {
  const mark = of.mark();
  return mark.offset === 0 ? -1 : findPrinted(files, mark);
}

/** The file itself, or one that was written to after that. */
function isSince(file: LogFile, path: string, sinceMs: number): boolean {
  const grain = file.compressed ? GRAIN_MS.compressed : GRAIN_MS.plain;
  return file.path === path || file.modifiedMs + grain > sinceMs;
}
