import { promisify } from 'node:util';
import { gunzip, inflate as inflateZlib, zstdDecompress } from 'node:zlib';
import { refuse } from '../refuse.ts';

/**
 * A document takes some ten times its text once it is parsed, and holds up everything else while it is. Nothing that
 * a detector sends at once is near this: an image's whole report of vulnerabilities has a few MiB.
 */
export const MOST_INFLATED_BYTES = 8 * 1024 * 1024;

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

/** RFC 9110, section 8.4.1; zstd by RFC 8878. Each stops where its output is longer than it may be. */
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflateZlib),
  zstd: promisify(zstdDecompress),
};

/** Whether a body in this Content-Encoding is one that can be read. */
export function isKnownEncoding(encoding: string): boolean {
  return isPlain(encoding) || Object.hasOwn(DECODERS, encoding.toLowerCase());
}

/** Whether the bytes are as they are meant. */
export function isPlain(encoding: string): boolean {
  return encoding === '' || encoding.toLowerCase() === 'identity';
}

/** What the bytes hold. Refuses with `body_too_large` and `bad_encoding`. */
export async function inflate(bytes: Uint8Array, encoding: string): Promise<Uint8Array> {
  const decoder = DECODERS[encoding.toLowerCase()];
  if (decoder === undefined) return bytes;
  try {
    return await decoder(bytes, { maxOutputLength: MOST_INFLATED_BYTES });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return refuse('body_too_large', 'The body is larger than 8 MiB once it is decompressed');
    }
    return refuse('bad_encoding', `The body is no ${encoding}, or not all of it`);
  }
}
