import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { errorCode } from '../subjects/gone.ts';
import type { MountView } from './mount-view.ts';
import { isServed, isStrictlyBelow, type Mount } from './mountinfo.ts';
import { O_PATH, openDirectoryBelow } from './open-at.ts';

/** Why a mount is not walked: `hidden` where another lies on top of it, so that the target sees as little of it. */
export type MountTrouble =
  'hidden' | 'behind a filesystem that may hang' | 'gone' | 'not a directory';

/** The top directory of a mount, reached as its process would reach it, but through no symbolic link. */
export function openMount(view: MountView, mount: Mount): number | MountTrouble {
  const isBehindServer = view.mounts.some(
    (other) => isServed(other) && isStrictlyBelow(mount.point, other.point),
  );
  if (isBehindServer) return 'behind a filesystem that may hang';
  try {
    return openTop(view, mount);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code === 'ENOTDIR' ? 'not a directory' : 'gone';
  }
}

function openTop({ processDir }: MountView, mount: Mount): number | 'hidden' {
  const root = openSync(`${processDir}/root`, O_PATH | constants.O_DIRECTORY);
  try {
    const top = openDirectoryBelow(root, mount.point);
    if (mountOf(top) === mount.id) return top;
    closeSync(top);
    return 'hidden';
  } finally {
    closeSync(root);
  }
}

function mountOf(file: number): string | undefined {
  return /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'latin1'))?.[1];
}
