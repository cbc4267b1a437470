import { closeSync, fstatSync, openSync, readFileSync, type BigIntStats } from 'node:fs';
import { errorCode, unlessGone } from '../subjects/gone.ts';
import type { CollectFrom, PinnedProcess } from './collector.ts';
import { descriptorsOf, tooMany } from './descriptors.ts';
import { createDigests, type Digests } from './file-digest.ts';
import { jsonLines } from './json-lines.ts';
import { O_PATH } from './open-at.ts';

/** Of a file that has no name any more: dropped programs and scripts have less, and logs and caches more. */
const MOST_CONTENT_BYTES = 16 * 1024 * 1024;

const NOTES = [
  'pipes, devices and sockets were not opened',
  `of files without a name the digest was taken, up to ${MOST_CONTENT_BYTES} bytes, and not the content`,
];

/** One line a descriptor: what it leads to, how it was opened, and the digest of what exists nowhere else. */
export const collectFiles: CollectFrom = (target) =>
  jsonLines(target, NOTES, function* (course) {
    const digests = createDigests(course.overdue);
    for (const pinned of target.processes) {
      const { open, truncated } = descriptorsOf(pinned);
      if (truncated) course.cutShort(tooMany(pinned.pid));
      for (const { fd, link } of open) {
        if (course.overdue()) return;
        const record = recordOf(pinned, fd, digests);
        yield { pid: pinned.pid, start_time: pinned.startTime, fd, link, ...record };
      }
      if (!pinned.isThere()) course.cutShort(`process ${pinned.pid} ended while it was read`);
    }
  });

function recordOf({ dir }: PinnedProcess, fd: number, digests: Digests): object {
  try {
    const opened = unlessGone(() => openSync(`${dir}/fd/${fd}`, O_PATH));
    if (opened === null) return { gone: true };
    try {
      const stat = fstatSync(opened, { bigint: true });
      return { ...statOf(stat), ...wayOf(dir, fd), ...contentOf(opened, stat, digests) };
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    // memfd_secret answers so by design: that it is there is the finding.
    return { refused: code };
  }
}

function statOf(stat: BigIntStats) {
  return {
    type: typeOf(stat),
    mode: (Number(stat.mode) & 0o7777).toString(8),
    device: String(stat.dev),
    inode: String(stat.ino),
    links: Number(stat.nlink),
    size: Number(stat.size),
  };
}

function typeOf(stat: BigIntStats): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSocket()) return 'socket';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isCharacterDevice()) return 'character_device';
  if (stat.isBlockDevice()) return 'block_device';
  return 'anonymous';
}

/** How it was opened (open(2), octal) and where it stands, of fdinfo. */
function wayOf(dir: string, fd: number) {
  const text = unlessGone(() => readFileSync(`${dir}/fdinfo/${fd}`, 'utf8')) ?? '';
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1] ?? null;
  return { flags: field('flags'), position: field('pos'), mount: field('mnt_id') };
}

/** Deleted files and memfds: no name leads to them. */
function contentOf(opened: number, stat: BigIntStats, digests: Digests) {
  if (!stat.isFile() || stat.nlink > 0n) return {};
  // The same inode by way of our own descriptor: the name cannot be swapped for something that blocks.
  return { content_sha256: digests.of(`/proc/self/fd/${opened}`, MOST_CONTENT_BYTES) };
}
