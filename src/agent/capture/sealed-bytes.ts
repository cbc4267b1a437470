import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeWebStream } from 'node:stream/web';
import { constants, createZstdCompress } from 'node:zlib';
import { Encrypter } from 'age-encryption';
import { createByteMeter, type Measured } from './byte-meter.ts';

/** A real agent's memory becomes a seventh at this level; higher ones cost time in which the subject stands still. */
const COMPRESSION_LEVEL = 1;

/**
 * Compresses, encrypts for `recipients` (nobody: not at all) and writes to `out`, holding a few chunks at a time.
 * Nothing touches a disk. Resolves when `out` has taken all.
 */
export async function sealBytes(
  bytes: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
  out: Writable,
): Promise<{ plain: Measured; stored: Measured }> {
  const plain = createByteMeter();
  const stored = createByteMeter();
  const params = { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL };
  await pipeline(
    Readable.from(bytes, { objectMode: false }),
    plain.meter,
    createZstdCompress({ params }),
    (compressed: AsyncIterable<Uint8Array>) => encrypted(compressed, recipients),
    stored.meter,
    out,
  );
  return { plain: plain.measured(), stored: stored.measured() };
}

async function* encrypted(
  bytes: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array> {
  if (recipients.length === 0) return yield* bytes;
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const plain = Readable.toWeb(Readable.from(bytes, { objectMode: false }));
  yield* (await encrypter.encrypt(
    plain as ReadableStream<Uint8Array>,
  )) as NodeWebStream<Uint8Array>;
}
