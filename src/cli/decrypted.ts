import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { createZstdDecompress } from 'node:zlib';
import { Decrypter } from 'age-encryption';
import { EXIT, Failure } from './exit.ts';

/** The identities of a file as `age-keygen` writes it: one a line, comments left out. Never quoted in an error. */
export function identitiesIn(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length > 0 && identities.every((line) => line.startsWith('AGE-SECRET-KEY-'))) {
    return identities;
  }
  throw new Failure(EXIT.usage, 'no_identity', 'The identity file holds no age identity', {
    next: 'name a file as `age-keygen` writes it',
  });
}

/** What was captured, of what is kept of it: age, then what it was compressed with. Chunk by chunk. */
export async function decrypted(
  kept: AsyncIterable<Uint8Array>,
  identities: readonly string[],
  compression: 'zstd',
): Promise<AsyncIterable<Uint8Array>> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const source = Readable.toWeb(Readable.from(kept)) as WebStream<Uint8Array>;
  const plain = await decrypter.decrypt(source).catch((cause: unknown) => {
    const message = 'None of the identities opens it';
    throw new Failure(EXIT.failed, 'not_decrypted', message, {
      next: 'its artifact names the recipients: `cordon show ID --json`',
      cause,
    });
  });
  return unpacked(plain, compression);
}

function unpacked(
  bytes: AsyncIterable<Uint8Array>,
  compression: 'zstd',
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'zstd':
      return Readable.from(bytes).compose(createZstdDecompress());
  }
}
