import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { sha256Schema } from '../../domain/primitives.ts';
import { available } from './available.ts';
import { drain } from './chunks.ts';
import { hasCode } from './files.ts';
import { keepObject, type Place, removeObject } from './local-place.ts';
import { pathOf, readObject } from './object.ts';
import type { Outcome, Planted, Trial } from './trial.ts';

/** No trial takes an hour: an object that is older belongs to a process that died. */
const LEFT_OVER_AFTER_MS = 60 * 60 * 1000;

/** What a file system says when it refuses: errno(3). */
const REFUSALS = ['EEXIST', 'EPERM', 'EACCES'];

/** The attempts, each of which has the path of the object and a name in the stage for what it needs. */
const ATTEMPTS: ReadonlyMap<string, (path: string, stage: string) => Promise<void>> = new Map([
  ['write_again', (path: string) => writeFile(path, 'other', { flag: 'wx' })],
  ['overwrite', replace],
  ['alter', alter],
  ['delete', unlink],
]);

const OWN_CAPABILITY = 'CAP_LINUX_IMMUTABLE clears the flag, and this process has it to set it';

/** The trial of a directory, on objects beside the evidence that are made and removed in the same way. */
export function localTrial(root: string, evidence: Place, now: () => number): Trial {
  const place = { ...evidence, objects: join(root, 'canary') };
  return {
    kind: 'local-directory',
    claims: place.immutable,
    attempts: [...ATTEMPTS.keys()].map((name) => ({
      name,
      required: true,
      provenByRemoval: false,
    })),
    beyond: place.immutable ? [{ attempt: 'clear_the_flag', detail: OWN_CAPABILITY }] : [],
    plant: async (bytes) => {
      await removeLeftOver(place, now());
      const { sha256 } = await keepObject(place, [bytes]);
      return planted(place, sha256);
    },
  };
}

function planted(place: Place, sha256: string): Planted {
  const path = pathOf(place.objects, sha256);
  return {
    attempt: (name) => attempt(name, path, join(place.stage, randomUUID())),
    harm: () => said(() => drain(readObject(place.objects, { sha256 }))),
    remove: () => said(() => removeObject(place, sha256)),
  };
}

async function attempt(name: string, path: string, stage: string): Promise<Outcome> {
  try {
    await ATTEMPTS.get(name)?.(path, stage);
    return { outcome: 'done', detail: 'the file system did it' };
  } catch (error) {
    if (!hasCode(error)) throw error;
    const refused = REFUSALS.includes(error.code);
    return { outcome: refused ? 'refused' : 'inconclusive', detail: error.code };
  } finally {
    await rm(stage, { force: true });
  }
}

/** What no O_EXCL stands in the way of: rename(2) replaces without a word. */
async function replace(path: string, stage: string): Promise<void> {
  await writeFile(stage, 'other', { flag: 'wx' });
  await rename(stage, path);
}

async function alter(path: string): Promise<void> {
  await chmod(path, 0o600);
  await writeFile(path, 'other');
}

async function said(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return '';
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

async function removeLeftOver(place: Place, now: number): Promise<void> {
  const old = await available(async () => {
    await mkdir(place.objects, { recursive: true, mode: 0o700 });
    const names = (await readdir(place.objects, { recursive: true })).map((path) => basename(path));
    const objects = names.filter((name) => sha256Schema.safeParse(name).success);
    const isOld = await Promise.all(objects.map((name) => olderThan(place, name, now)));
    return objects.filter((_, index) => isOld[index]);
  });
  for (const sha256 of old) await removeObject(place, sha256);
}

/** False where another process was quicker. */
async function olderThan({ objects }: Place, sha256: string, now: number): Promise<boolean> {
  try {
    return now - (await stat(pathOf(objects, sha256))).mtimeMs > LEFT_OVER_AFTER_MS;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
