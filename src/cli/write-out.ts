import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './exit.ts';

export interface Destination {
  /** A file that must not exist yet; standard output where it is undefined. */
  output: string | undefined;
  /** What the bytes must be; null where that is not known. */
  expected: { sha256: string; size: number } | null;
}

/**
 * Writes the bytes as they come, to a file for its owner alone or to standard output, and fails where they are not
 * those that were expected: no such file is then left behind.
 */
export async function writeOut(
  cli: Cli,
  chunks: AsyncIterable<Uint8Array>,
  { output, expected }: Destination,
): Promise<void> {
  const measured = measure(chunks);
  if (output === undefined) {
    await cli.io.outStream(measured.chunks);
    return requireExpected(measured.result(), expected);
  }
  await toNewFile(output, measured.chunks, () => requireExpected(measured.result(), expected));
  const { sha256, size } = measured.result();
  cli.print({ file: output, size, sha256 }, (safe) => {
    return `${safe.file}: ${safe.size} bytes, SHA-256 ${safe.sha256}`;
  });
}

/** Evidence is never written over, and is nobody else's to read. */
async function toNewFile(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  check: () => void,
): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw new Failure(EXIT.usage, 'not_written', `The evidence cannot be written to ${path}`, {
      next: 'name a file that does not exist yet, where you may write',
      cause,
    });
  });
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    check();
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

function measure(source: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let size = 0;
  async function* passing() {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  let sha256: string | undefined;
  return {
    chunks: passing(),
    result: () => {
      sha256 ??= hash.digest('hex');
      return { sha256, size };
    },
  };
}

function requireExpected(
  found: { sha256: string; size: number },
  expected: Destination['expected'],
): void {
  if (expected === null || found.sha256 === expected.sha256) return;
  const message = `The bytes have the digest ${found.sha256} and not ${expected.sha256}`;
  throw new Fault('evidence_corrupt', message, { retryable: false });
}
