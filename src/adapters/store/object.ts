import { join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import type { Address } from './address.ts';
import { available } from './available.ts';
import { verified } from './chunks.ts';
import { openPlainFile } from './files.ts';

/** Few calls for much evidence, and little memory for many readers at once. */
const CHUNK_BYTES = 256 * 1024;

/** Two hundred and fifty-six shards, so that no directory grows without bound. */
export function shardOf(objects: string, sha256: string): string {
  return join(objects, sha256.slice(0, 2));
}

export function pathOf(objects: string, sha256: string): string {
  return join(shardOf(objects, sha256), sha256);
}

/** The bytes of an object in fresh chunks, and behind them Fault `evidence_corrupt` if they are not those put. */
export function readObject(objects: string, address: Address): AsyncGenerator<Uint8Array> {
  return verified(bytesOf(objects, address), address);
}

async function* bytesOf(objects: string, { sha256 }: Address): AsyncGenerator<Uint8Array> {
  const file = await available(() => openPlainFile(pathOf(objects, sha256)));
  if (!file) throw new Fault('evidence_missing', `no evidence ${sha256}`, { retryable: false });
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const { bytesRead } = await available(() => file.read(chunk, 0, CHUNK_BYTES));
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
