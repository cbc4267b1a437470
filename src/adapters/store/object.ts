import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { available } from './available.ts';
import { openPlainFile } from './files.ts';

/** Few calls for much evidence, and little memory for many readers at once. */
const CHUNK_BYTES = 256 * 1024;

/** What an object is asked for by; the size is checked where it is known. */
export interface Address {
  sha256: string;
  size?: number;
}

/** Two hundred and fifty-six shards, so that no directory grows without bound. */
export function shardOf(objects: string, sha256: string): string {
  return join(objects, sha256.slice(0, 2));
}

/** The bytes of an object in fresh chunks, and behind them Fault `evidence_corrupt` if they are not those put. */
export async function* readObject(objects: string, address: Address): AsyncGenerator<Uint8Array> {
  const { sha256 } = address;
  const file = await available(() => openPlainFile(join(shardOf(objects, sha256), sha256)));
  if (!file) throw new Fault('evidence_missing', `no evidence ${sha256}`, { retryable: false });
  const digest = createHash('sha256');
  let size = 0;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const { bytesRead } = await available(() => file.read(chunk, 0, CHUNK_BYTES));
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      digest.update(bytes);
      size += bytesRead;
      yield bytes;
    }
  } finally {
    await file.close();
  }
  requireSame(address, { sha256: digest.digest('hex'), size });
}

function requireSame(asked: Address, found: Required<Address>): void {
  const { sha256, size } = asked;
  if (found.sha256 !== sha256) {
    throw corrupt(`the bytes kept as evidence ${sha256} are not those that were put there`);
  }
  if (size !== undefined && size !== found.size) {
    throw corrupt(`evidence ${sha256} has ${found.size} bytes, and its reference says ${size}`);
  }
}

function corrupt(message: string): Fault {
  return new Fault('evidence_corrupt', message, { retryable: false });
}
