import { isUtf8 } from 'node:buffer';

/** A name or path as the kernel has it, one character a byte. */
export type ByteName = string;

/** `path` for people; `hex` beside it where the name is not UTF-8, because two such names may look alike. */
export interface ShownName {
  path: string;
  hex?: string;
}

export function shownName(name: ByteName): ShownName {
  const bytes = Buffer.from(name, 'latin1');
  if (isUtf8(bytes)) return { path: bytes.toString('utf8') };
  const path = name.replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
  return { path, hex: bytes.toString('hex') };
}
