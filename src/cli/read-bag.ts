import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BAG_BUNDLE, BAG_TAG_FILES, TAG_MANIFEST } from '../evidence/bag.ts';
import type { BagContent } from '../evidence/bag-checks.ts';

/** Tag files of ours are a few kilobytes, and bundles tens of megabytes; a stranger's need not be read at all. */
const MOST_TAG_BYTES = 16 * 1024 * 1024;
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
  for (const name of [...BAG_TAG_FILES, TAG_MANIFEST]) {
    const bytes = await read(name, MOST_TAG_BYTES);
    if (bytes !== undefined) texts.set(name, bytes.toString());
  }
  const bundle = (await read(BAG_BUNDLE, MOST_BUNDLE_BYTES)) ?? new Uint8Array();
  const bytes = (path: string) => read(path, MOST_MANIFEST_BYTES);
  return { files, text: (path) => texts.get(path), bytes, bundle };
}

async function measured(directory: string): Promise<BagContent['files']> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: { path: string; sha256: string; size: number }[] = [];
  for (const entry of found) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(directory, file).replaceAll(sep, '/');
    // A link or a pipe is never what a manifest lists: it has no digest, and is not opened.
    files.push({ path, ...(entry.isFile() ? await measure(file) : { sha256: '', size: 0 }) });
  }
  return files;
}

async function measure(file: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}
