import { uncounted } from './count-lost.ts';
import type { FollowedFile, Read } from './followed-file.ts';
import { dropFirst, type Following, type Step, stepped } from './following.ts';
import { look } from './look.ts';
import type { Position } from './position.ts';
import { closeAll } from './rotated-files.ts';

/** A log file and all that it is rotated to, read in order, as if it were one. */
export interface Tail {
  /** Finds out what the file has become: rotated, copied and truncated, removed. To be called often. */
  look(): Promise<Step[]>;
  /** What comes next; nothing where there is no more for now. */
  next(): Promise<Step[]>;
  close(): Promise<void>;
}

/** `known`: as the last step said; null to begin with the file as it is. */
export function createTail(path: string, known: Position | null, now: () => number): Tail {
  const following: Following = { path, now, known, queue: [] };
  return {
    look: () => look(following),
    next: () => next(following),
    close: () => closeAll(following.queue.splice(0).map(({ file }) => file)),
  };
}

async function next(following: Following): Promise<Step[]> {
  for (;;) {
    const [current, follower] = following.queue;
    if (current === undefined) return [];
    const reads = await readOrNull(current);
    if (reads === null) return broken(following, current);
    if (reads.length > 0 || follower === undefined) return reads;
    // Whoever writes still has the old file as long as nothing is in the new one.
    if (following.queue.length === 2 && follower.mark().offset === 0) return [];
    await follower.peek();
    const late = await current.next();
    if (late.length > 0) return late;
    const steps = await finish(following, current);
    if (steps.length > 0) return steps;
  }
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

async function broken(following: Following, current: FollowedFile): Promise<Step[]> {
  following.known = await current.position();
  await dropFirst(following);
  return [await stepped(following, uncounted('damaged'))];
}

/** The next file's turn: what stands behind the last line feed of this one is a line as well. */
async function finish(following: Following, current: FollowedFile): Promise<Step[]> {
  const unread = (await current.isStill()) ? 0 : current.mark().offset - current.offset();
  const rest = await current.rest();
  await dropFirst(following);
  if (unread > 0) return [await stepped(following, uncounted('truncated', unread))];
  return rest;
}
