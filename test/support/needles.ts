import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/** How a zstd frame begins (RFC 8878, 3.1.1). */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** A piece of output, and what it is called when something is found in it. */
export interface Haystack {
  name: string;
  bytes: Buffer;
}

/** Where any of these is to be found, as it is or compressed: `where: what`. */
export function needlesIn(haystacks: Iterable<Haystack>, needles: readonly string[]): string[] {
  const found: string[] = [];
  for (const { name, bytes } of haystacks) {
    const plain = bytes.subarray(0, ZSTD.length).equals(ZSTD) ? zstdDecompressSync(bytes) : bytes;
    for (const needle of needles) if (plain.includes(needle)) found.push(`${name}: ${needle}`);
  }
  return found;
}

/** Every file below these directories, as it is now. */
export function* filesBelow(...directories: string[]): Generator<Haystack> {
  for (const directory of directories) {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const name = join(entry.parentPath, entry.name);
      const bytes = entry.isFile() ? readIfThere(name) : null;
      if (bytes !== null) yield { name, bytes };
    }
  }
}

/** Every string and every run of bytes within a value, each for itself. */
export function* textsWithin(name: string, value: unknown): Generator<Haystack> {
  if (typeof value === 'string') yield { name, bytes: Buffer.from(value) };
  else if (value instanceof Uint8Array) yield { name, bytes: Buffer.from(value) };
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) yield* textsWithin(name, member);
}

/** Others may remove what they no longer need, while it is looked for. */
function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
