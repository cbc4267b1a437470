import { randomUUID } from 'node:crypto';
import { mkdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from './address.ts';
import { available } from './available.ts';
import { hasCode, linkOnce, removeAbandoned, syncDirectory } from './files.ts';
import { makeImmutable, makeMutable } from './immutable.ts';
import { pathOf, shardOf } from './object.ts';
import { type Staged, staged } from './stage.ts';

/** Where objects are, and where they become some. */
export interface Place {
  /** Beside the objects, because a link does not cross file systems. */
  stage: string;
  objects: string;
  /** Whether each object gets the immutable flag when it is complete. */
  immutable: boolean;
}

/** Makes the directories for their owner alone, and clears the stage of what dead writers left. */
export async function openPlace(root: string, immutable: boolean, now: number): Promise<Place> {
  const objects = join(root, 'objects', 'sha256');
  const place = { stage: join(root, 'stage'), objects, immutable };
  await available(async () => {
    await mkdir(place.stage, { recursive: true, mode: 0o700 });
    await mkdir(place.objects, { recursive: true, mode: 0o700 });
    for (const directory of [place.objects, join(root, 'objects'), root]) {
      await syncDirectory(directory);
    }
    await removeAbandoned(place.stage, now);
  });
  return place;
}

/** The address is known when the last chunk is written, so the file gets its name after that. */
export async function keepObject(
  place: Place,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Required<Address>> {
  const stage = join(place.stage, randomUUID());
  const kept = await staged(stage, chunks, async (file) => {
    await available(() => linkIntoPlace(place, file));
    return { sha256: file.sha256, size: file.size };
  });
  if (place.immutable) await available(() => flag(pathOf(place.objects, kept.sha256)));
  return kept;
}

/** Harmless where it is gone. Fault `evidence_retained` where it has the immutable flag, and that does not go. */
export async function removeObject({ objects }: Place, sha256: string): Promise<void> {
  const path = pathOf(objects, sha256);
  await available(async () => {
    // Its shard may never have been made.
    await mkdir(shardOf(objects, sha256), { recursive: true, mode: 0o700 });
    try {
      await unlinkIfThere(path);
    } catch (error) {
      if (!hasCode(error, 'EPERM')) throw error;
      await makeMutable(path);
      await unlinkIfThere(path);
    }
    await syncDirectory(shardOf(objects, sha256));
  });
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function linkIntoPlace({ objects }: Place, { path, sha256 }: Staged): Promise<void> {
  const directory = shardOf(objects, sha256);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await linkOnce(path, join(directory, sha256));
  // Also where the object was there before: whoever linked it may have died before this.
  await syncDirectory(directory);
  await syncDirectory(objects);
}

/** While another writer still has its stage linked to it, that one would not come off: the flag is then its to set. */
async function flag(path: string): Promise<void> {
  const { nlink } = await stat(path);
  if (nlink === 1) await makeImmutable(path);
}
