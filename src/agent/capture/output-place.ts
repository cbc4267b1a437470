import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type BigIntStats,
} from 'node:fs';
import { errorCode } from '../subjects/gone.ts';
import { shownName, type ShownName } from './byte-name.ts';
import { deviceOf } from './device-number.ts';
import { isServed, type Mount } from './mountinfo.ts';
import { O_PATH } from './open-at.ts';

/** Where what a process says goes to. */
export type OutputKind =
  | 'file'
  | 'journal'
  | 'pipe'
  | 'socket'
  | 'tty'
  | 'null'
  | 'device'
  | 'other'
  | 'closed'
  | 'served';

export interface OutputPlace {
  kind: OutputKind;
  /** As the kernel names it, which is no path that may be opened. */
  link: ShownName;
  /** `device:inode`; '' where it was not touched. */
  identity: string;
  /** In bytes. */
  size: number;
  /** Whether its mount is one that the process itself sees. */
  in_view: boolean;
}

/** Of the environment, which its owner may have made as large as it likes. */
const MOST_ENVIRONMENT_BYTES = 1024 * 1024;

/** Looks at a descriptor of a process and opens nothing. `mounts` are those that the process sees. */
export function outputPlace(processDir: string, fd: number, mounts: readonly Mount[]): OutputPlace {
  try {
    const path = readlinkSync(`${processDir}/fd/${fd}`, { encoding: 'buffer' }).toString('latin1');
    const info = readFileSync(`${processDir}/fdinfo/${fd}`, 'latin1');
    const mount = mounts.find(({ id }) => id === /^mnt_id:\s*(\d+)/m.exec(info)?.[1]);
    const known = { link: shownName(path), in_view: mount !== undefined };
    // Not even its type can be asked of a filesystem whose server may not answer.
    if (mount !== undefined && isServed(mount))
      return { ...known, kind: 'served', identity: '', size: 0 };
    return { ...known, ...lookAt(processDir, fd) };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return { kind: 'closed', link: { path: '' }, identity: '', size: 0, in_view: false };
  }
}

function lookAt(processDir: string, fd: number) {
  const file = openSync(`${processDir}/fd/${fd}`, O_PATH);
  try {
    const stat = fstatSync(file, { bigint: true });
    const identity = `${stat.dev}:${stat.ino}`;
    const kind = kindOf(stat, () => isJournal(processDir, identity));
    return { kind, identity, size: stat.isFile() ? Number(stat.size) : 0 };
  } finally {
    closeSync(file);
  }
}

function kindOf(stat: BigIntStats, isOfJournal: () => boolean): OutputKind {
  if (stat.isFile()) return 'file';
  if (stat.isFIFO()) return 'pipe';
  if (stat.isSocket()) return isOfJournal() ? 'journal' : 'socket';
  return stat.isCharacterDevice() ? deviceKind(deviceOf(stat.rdev)) : 'other';
}

/** Major numbers of Documentation/admin-guide/devices.txt: 1:3 is /dev/null, 4 and 5 are terminals, 136 to 143 are their slaves. */
function deviceKind(device: string): OutputKind {
  if (device === '1:3') return 'null';
  const major = Number(device.split(':')[0]);
  return major === 4 || major === 5 || (major >= 136 && major <= 143) ? 'tty' : 'device';
}

/** systemd.exec(5): JOURNAL_STREAM names the socket that leads to the journal. It is the process's own word. */
function isJournal(processDir: string, identity: string): boolean {
  const environment = readFileSync(`${processDir}/environ`, 'latin1').slice(
    0,
    MOST_ENVIRONMENT_BYTES,
  );
  return environment.split('\0').includes(`JOURNAL_STREAM=${identity}`);
}
