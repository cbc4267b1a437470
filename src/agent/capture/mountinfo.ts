import type { ByteName } from './byte-name.ts';
import { readLines } from './read-lines.ts';

/** A line of /proc/<pid>/mountinfo (proc(5)). Paths as the process sees them, one character a byte. */
export interface Mount {
  id: string;
  parent: string;
  /** `major:minor` of the superblock. */
  device: string;
  /** Which part of the superblock is mounted. */
  root: ByteName;
  point: ByteName;
  type: string;
  /** Of the superblock: `upperdir` of an overlay. */
  options: ReadonlyMap<string, ByteName>;
}

/** A process can mount at will; more than this is an attack on whoever reads it. */
const MOST_MOUNTS = 20_000;

/** Filesystems that somebody else answers for, who may not answer. */
const SERVED = /^(fuse|nfs|cifs|smb|9p|ceph|afs|virtiofs|autofs|lustre|glusterfs|orangefs)/;

/** In the order in which they lie upon each other. */
export function readMounts(processDir: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of readLines(`${processDir}/mountinfo`)) {
    if (mounts.length >= MOST_MOUNTS) break;
    mounts.push(mountOf(line));
  }
  return mounts;
}

/** `/a/b` is below `/a`, as is `/a` itself. */
export function isBelow(path: ByteName, ancestor: ByteName): boolean {
  return ancestor === '/' || path === ancestor || path.startsWith(`${ancestor}/`);
}

export function isStrictlyBelow(path: ByteName, ancestor: ByteName): boolean {
  return path !== ancestor && isBelow(path, ancestor);
}

/** `/b` of `/a/b` below `/a`; '' where they are the same. */
export function pathBelow(path: ByteName, ancestor: ByteName): ByteName {
  return ancestor === '/' ? path : path.slice(ancestor.length);
}

/** Whether looking at it may take for ever. */
export function isServed({ type }: Mount): boolean {
  return SERVED.test(type);
}

function mountOf(line: string): Mount {
  const words = line.split(' ');
  const [id = '', parent = '', device = '', root = '', point = ''] = words;
  // Optional fields stand before the dash.
  const dash = words.indexOf('-', 6);
  const options = (words[dash + 3] ?? '').split(',').map((option): [string, ByteName] => {
    const [key = '', ...value] = option.split('=');
    return [key, unescaped(value.join('='))];
  });
  return {
    id,
    parent,
    device,
    root: unescaped(root),
    point: unescaped(point),
    type: words[dash + 1] ?? '',
    options: new Map(options),
  };
}

function unescaped(field: string): ByteName {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
