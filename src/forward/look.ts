import { countLost, uncounted } from './count-lost.ts';
import { type FollowedFile, followedFile } from './followed-file.ts';
import { dropFirst, enqueue, enqueueAll, type Following, type Step, stepped } from './following.ts';
import type { LogFile } from './log-file.ts';
import { begin, resume } from './resume.ts';
import { findPrinted, idOf, isSince, keepOf, openRotated } from './rotated-files.ts';

/** Removed files that are kept open, because they are not read yet, still take their room on the disk: it is not ours. */
const MOST_REMOVED_HELD = 3;

/** Finds out what a log file has become since it was looked at last. */
export async function look(following: Following): Promise<Step[]> {
  const { path, queue } = following;
  const last = queue.at(-1);
  if (last === undefined) return begin(following);
  const id = await idOf(path);
  if (id === null) return giveUp(following);
  const wasEmpty = last.mark().offset === 0;
  if (wasEmpty && queue.length === 1) return lookAtFirst(following, last, id);
  if (id !== last.file.id) await addRotated(following, last);
  else if (wasEmpty) await lookAgain(following, last);
  else if (!(await last.isStill())) return truncated(following, last);
  return giveUp(following);
}

/** Nothing was ever in it when it was looked at: the first of what was written may be elsewhere by now. */
async function lookAtFirst(following: Following, first: FollowedFile, id: string): Promise<Step[]> {
  const position = await first.position();
  if ((await first.file.size()) === 0 && id === first.file.id) {
    following.known = position;
    return [];
  }
  await dropFirst(following);
  return resume(following, following.known ?? position);
}

/** Nothing was in it when it was looked at: what is in it now may come behind what was copied away and truncated. */
async function lookAgain(following: Following, last: FollowedFile): Promise<void> {
  const { queue } = following;
  const before = queue.at(-2);
  if (before === undefined || (await last.file.size()) === 0) return;
  queue.pop();
  await last.file.close();
  await addRotated(following, before);
}

async function addRotated(following: Following, last: FollowedFile): Promise<void> {
  const { path, queue } = following;
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
  for (const file of added) await enqueue(following, file);
}

/** What was not read yet is in a copy, if it was copied first. */
async function truncated(following: Following, last: FollowedFile): Promise<Step[]> {
  const files = await openRotated(following.path);
  let copy = -1;
  const kept = await keepOf(files, async () => {
    copy = await findCopy(
      files.filter(({ id }) => id !== last.file.id),
      last,
    );
    return copy === -1 ? files.filter(({ id }) => id === last.file.id) : files.slice(copy);
  });
  if (kept.length === 0) return [];
  const unread = last.mark().offset - last.offset();
  following.queue.pop();
  await enqueueAll(following, kept, copy === -1 ? 0 : last.offset());
  await last.file.close();
  if (copy !== -1) return [];
  return [await stepped(following, unread > 0 ? uncounted('truncated', unread) : null)];
}

/** The oldest of too many removed files, unless a copy of it, a compressed one as a rule, can be read in its place. */
async function giveUp(following: Following): Promise<Step[]> {
  const { path, queue, now } = following;
  const removed: FollowedFile[] = [];
  for (const each of queue) if (await each.file.removed()) removed.push(each);
  const [oldest] = removed;
  if (oldest === undefined || removed.length <= MOST_REMOVED_HELD) return [];
  const files = await openRotated(path);
  const [copy] = await keepOf(files, async () => {
    const found = files[await findCopy(files, oldest)];
    return found === undefined || queue.some(({ file }) => file.id === found.id) ? [] : [found];
  });
  const instead = copy ? [followedFile(copy, oldest.offset(), now)] : [];
  queue.splice(queue.indexOf(oldest), 1, ...instead);
  const lost = copy ? null : await countLost(oldest.file, oldest.offset(), 'rotated_away');
  await oldest.file.close();
  if (lost === null) return [];
  return [await stepped(following, lost.bytes === 0 ? null : lost)];
}

async function findCopy(files: readonly LogFile[], of: FollowedFile): Promise<number> {
  const mark = of.mark();
  return mark.offset === 0 ? -1 : findPrinted(files, mark);
}
