import type { BigIntStats } from 'node:fs';
import { shownName, type ByteName } from './byte-name.ts';
import { splitDevice } from './device-number.ts';
import type { TarHeader } from './tar-entry.ts';

export interface HeaderDetails {
  /** Of the content that follows, which may be less than the file has. */
  size: number;
  link: ByteName;
  /** What the type does not tell. */
  kind: string | null;
}

/** The entry of a file as it was found. Names that are not UTF-8 stand in a record of their own, in hex. */
export function headerOf(name: ByteName, stat: BigIntStats, details: HeaderDetails): TarHeader {
  const shown = shownName(name);
  const link = shownName(details.link);
  return {
    name: shown.path,
    type: typeOf(stat),
    size: details.size,
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    link: link.path,
    device: splitDevice(stat.rdev),
    records: {
      mtime: seconds(stat.mtimeNs),
      atime: seconds(stat.atimeNs),
      ctime: seconds(stat.ctimeNs),
      ...(shown.hex === undefined ? {} : { 'CORDON.path.hex': shown.hex }),
      ...(link.hex === undefined ? {} : { 'CORDON.linkpath.hex': link.hex }),
      ...(details.kind === null ? {} : { 'CORDON.kind': details.kind }),
      ...(!stat.isFile() || BigInt(details.size) === stat.size
        ? {}
        : { 'CORDON.size': String(stat.size) }),
    },
  };
}

/** A socket has no type in a tar: it is a file without content, and the records say what it is. */
function typeOf(stat: BigIntStats): TarHeader['type'] {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isCharacterDevice()) return 'character_device';
  return stat.isBlockDevice() ? 'block_device' : 'file';
}

function seconds(nanoseconds: bigint): string {
  const whole = nanoseconds / 1_000_000_000n;
  const rest = nanoseconds % 1_000_000_000n;
  if (rest < 0n) return seconds(0n);
  return `${whole}.${String(rest).padStart(9, '0')}`;
}
