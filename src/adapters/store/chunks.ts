import { createHash } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import type { Address } from './address.ts';

/** The chunks as they come, and behind them Fault `evidence_corrupt` if they are not those put. */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  address: Address,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const chunk of chunks) {
    digest.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  requireSame(address, { sha256: digest.digest('hex'), size });
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

export async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) void chunk;
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
