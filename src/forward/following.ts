import { type FollowedFile, followedFile, type Read } from './followed-file.ts';
import type { LogFile } from './log-file.ts';
import type { Position } from './position.ts';
import type { Lost } from './spooled-record.ts';

/** A log file and what it was rotated to, as far as it is to be read. */
export interface Following {
  path: string;
  now: () => number;
  /** How far all was read that is not in the queue any more; null before the first look. */
  known: Position | null;
  /** What is to be read, the oldest first. The last of them is the file itself, as far as is known. */
  queue: FollowedFile[];
}

/** What to write down: what was read, what was lost, or, with neither, that reading goes on elsewhere. */
export interface Step {
  cut?: Read['cut'];
  lost?: Lost;
  position: Position;
}

/** Noted at once what is in it: what is there later can be told from that. */
export async function enqueue({ queue, now }: Following, file: LogFile, offset = 0): Promise<void> {
  const followed = followedFile(file, offset, now);
  await followed.isStill();
  queue.push(followed);
}

/** The first of them was read as far as `offset`. */
export async function enqueueAll(
  following: Following,
  files: readonly LogFile[],
  offset = 0,
): Promise<void> {
  for (const [i, file] of files.entries()) await enqueue(following, file, i === 0 ? offset : 0);
}

export async function dropFirst({ queue }: Following): Promise<void> {
  await queue.shift()?.file.close();
}

/** The position is that of what is read next, whatever of the queue is lost. */
export async function stepped(following: Following, lost: Lost | null): Promise<Step> {
  const position = (await following.queue[0]?.position()) ?? following.known;
  if (position === null) throw new Error('nothing is followed');
  following.known = position;
  return lost === null ? { position } : { lost, position };
}
