import type { ByteName } from './byte-name.ts';
import { isBelow, pathBelow, type Mount } from './mountinfo.ts';

/** Where runtimes put what was entrusted to the target by others. */
export const SECRET_PLACES: readonly ByteName[] = ['/run/secrets', '/var/run/secrets'];

/** Which superblocks, and which parts of superblocks, hold secrets, whatever else they are mounted as. */
export interface SecretPlaces {
  /** Mounted at or below a secret place: none of it is taken. */
  devices: ReadonlySet<string>;
  /** Directories in a superblock that has other things too. */
  parts: readonly { device: string; path: ByteName }[];
}

export function secretPlaces(mounts: readonly Mount[]): SecretPlaces {
  const devices = new Set<string>();
  const parts: { device: string; path: ByteName }[] = [];
  for (const place of SECRET_PLACES) {
    const inside = mounts.filter(({ point }) => isBelow(point, place));
    for (const { device } of inside) devices.add(device);
    const holder = mounts.filter(({ point }) => isBelow(place, point)).reduce(deeper, undefined);
    if (holder !== undefined) {
      const { device } = holder;
      parts.push({ device, path: placeIn(holder, pathBelow(place, holder.point)) });
    }
  }
  return { devices, parts };
}

/** Whether a path of a mount, '' for its top, is a secret by whatever name. */
export function isSecret(mount: Mount, path: ByteName, { devices, parts }: SecretPlaces): boolean {
  if (devices.has(mount.device)) return true;
  const place = placeIn(mount, path);
  return parts.some((part) => part.device === mount.device && isBelow(place, part.path));
}

/** The secret parts of a mount, by their paths in it. */
export function secretPathsIn(mount: Mount, { parts }: SecretPlaces): ByteName[] {
  const inside = parts.filter(
    ({ device, path }) => device === mount.device && isBelow(path, mount.root),
  );
  return inside.map(({ path }) => pathBelow(path, mount.root));
}

/** A path of a mount, by its place in the superblock. */
function placeIn({ root }: Mount, path: ByteName): ByteName {
  return root === '/' ? path : `${root}${path}`;
}

function deeper(best: Mount | undefined, mount: Mount): Mount {
  return best === undefined || isBelow(mount.point, best.point) ? mount : best;
}
