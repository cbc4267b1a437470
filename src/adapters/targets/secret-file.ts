import { readFile, stat } from 'node:fs/promises';

/** A secret kept in a file: read at use, again when the file changes, never logged. */
export interface SecretFile {
  path: string;
  /** The secret without surrounding white space; undefined when there is none to be read. */
  read(): Promise<string | undefined>;
}

export function createSecretFile(path: string): SecretFile {
  let known: { version: string; secret: string } | undefined;
  return {
    path,
    read: async () => {
      try {
        const { mtimeMs, ino, size } = await stat(path);
        const version = `${mtimeMs} ${ino} ${size}`;
        if (known?.version !== version) {
          known = { version, secret: (await readFile(path, 'utf8')).trim() };
        }
      } catch {
        known = undefined;
      }
      // A header takes visible ASCII only, and an empty secret is none.
      return known && /^[\x21-\x7e]+$/.test(known.secret) ? known.secret : undefined;
    },
  };
}
