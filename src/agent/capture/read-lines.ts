import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 64 * 1024;

/** No line of a file of /proc comes near this; what has none that end is not held. */
const MOST_LINE_BYTES = 1024 * 1024;

/** The lines of a file of any length, one character a byte: names on Linux are bytes, not text. */
export function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = '';
    for (;;) {
      const size = readSync(file, chunk);
      if (size === 0) break;
      const lines = (rest + chunk.toString('latin1', 0, size)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MOST_LINE_BYTES) rest = '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}
