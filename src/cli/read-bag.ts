import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BAG_BUNDLE, BAG_EVIDENCE, BAG_TAG_FILES, TAG_MANIFEST } from '../evidence/bag.ts';
import type { BagContent } from '../evidence/bag-checks.ts';
import { readBundle } from '../evidence/bundle-checks.ts';
import { expiredIn } from '../evidence/expired-in.ts';
import { digestOfChunks } from '../evidence/digest.ts';

/** Tag files of ours are a few kilobytes, and bundles tens of megabytes; a stranger's need not be read at all. */
const MOST_TAG_BYTES = 16 * 1024 * 1024;
/** One signed statement about one object. */
const MOST_TOMBSTONE_BYTES = 64 * 1024;
const MOST_BUNDLE_BYTES = 512 * 1024 * 1024;
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Measures every file of a bag, without holding any but the bundle and the tag files. */
export async function readBag(directory: string): Promise<BagContent> {
  const files = await measured(directory);
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const read = async (path: string, most: number) => {
    const size = sizes.get(path);
    return size === undefined || size > most ? undefined : readFile(join(directory, path));
  };
  const texts = new Map<string, string>();
  const take = async (path: string, most: number) => {
    const bytes = await read(path, most);
    if (bytes !== undefined) texts.set(path, bytes.toString());
  };
  for (const name of [...BAG_TAG_FILES, TAG_MANIFEST]) await take(name, MOST_TAG_BYTES);
  const bundled = await read(BAG_BUNDLE, MOST_BUNDLE_BYTES);
  for (const path of tombstonesIn(bundled)) await take(path, MOST_TOMBSTONE_BYTES);
  const bytes = (path: string) => read(path, MOST_MANIFEST_BYTES);
  return { files, text: (path) => texts.get(path), bytes, bundle: bundled ?? new Uint8Array() };
}

/** Where the bundle says that they lie; what is no bundle of ours is refused later. */
function tombstonesIn(bytes: Uint8Array | undefined): string[] {
  const bundle = bytes && readBundle(bytes);
  if (!bundle || 'reason' in bundle) return [];
  return [...expiredIn(bundle).values()].map(({ sha256 }) => `${BAG_EVIDENCE}${sha256}`);
}

async function measured(directory: string): Promise<BagContent['files']> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: { path: string; sha256: string; size: number }[] = [];
  for (const entry of found) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(directory, file).replaceAll(sep, '/');
    // A link or a pipe is never what a manifest lists: it has no digest, and is not opened.
    files.push({
      path,
      ...(entry.isFile() ? await digestOfChunks(createReadStream(file)) : { sha256: '', size: 0 }),
    });
  }
  return files;
}
