import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { errorCode } from '../subjects/gone.ts';
import type { ByteName } from './byte-name.ts';
import type { MountView } from './mount-view.ts';
import type { Mount } from './mountinfo.ts';
import { O_PATH, openDirectoryBelow } from './open-at.ts';

/** A frozen target changes nothing; one that runs may touch its root between two looks. */
const LOOKS = 5;

/** The directory that has all changes of an overlay, open; null where it is not visible from here. */
export function openUpper(view: MountView, overlay: Mount): number | null {
  const path = overlay.options.get('upperdir') ?? '';
  if (!path.startsWith('/')) return null;
  for (const open of [openAsHere, openAsFirst]) {
    const upper = openedOrNull(() => open(path));
    if (upper === null) continue;
    if (isUpperOf(upper, view)) return upper;
    closeSync(upper);
  }
  return null;
}

function openAsHere(path: ByteName): number {
  return openSync(Buffer.from(path, 'latin1'), O_PATH | constants.O_DIRECTORY);
}

/** Where this process is itself in a container, the host's root is that of the first process. */
function openAsFirst(path: ByteName): number {
  const root = openSync('/proc/1/root', O_PATH | constants.O_DIRECTORY);
  try {
    return openDirectoryBelow(root, path);
  } finally {
    closeSync(root);
  }
}

/**
 * The path is what whoever mounted it wrote, and a target may mount overlays of its own: the same words can name a
 * directory of the host. The root of an overlay has the times of its upper directory, and nobody can set a ctime.
 */
function isUpperOf(upper: number, { processDir }: MountView): boolean {
  const root = openedOrNull(() => openSync(`${processDir}/root`, O_PATH | constants.O_DIRECTORY));
  if (root === null) return false;
  try {
    return Array.from({ length: LOOKS }).some(() => identity(upper) === identity(root));
  } finally {
    closeSync(root);
  }
}

function identity(directory: number): string {
  const { ctimeNs, mtimeNs, mode, uid, gid } = fstatSync(directory, { bigint: true });
  return [ctimeNs, mtimeNs, mode, uid, gid].join(' ');
}

function openedOrNull(open: () => number): number | null {
  try {
    return open();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
