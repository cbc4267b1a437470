import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file whole or not at all, for its owner alone; it is on the disk when this returns. Throws the system's errors. */
export function writeDurably(file: string, text: string): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  synced(draft, 'w', (fd) => writeSync(fd, text));
  renameSync(draft, file);
  synced(directory, 'r', () => undefined);
}

function synced(path: string, flags: string, use: (fd: number) => unknown): void {
  const fd = openSync(path, flags, 0o600);
  try {
    use(fd);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
