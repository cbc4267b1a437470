import { createHash, createHmac } from 'node:crypto';
import type { Hash } from './algorithms.ts';

/** KDFa (TPM 2.0 Library, part 1, 11.4.10.2): SP 800-108 in counter mode over HMAC. `bits` is a multiple of 8. */
export function kdfa(
  { name, size }: Hash,
  key: Uint8Array,
  label: string,
  context: Uint8Array,
  bits: number,
): Uint8Array {
  return blocks(size, bits, (counter) =>
    createHmac(name, key)
      .update(u32(counter))
      .update(zeroEnded(label))
      .update(context)
      .update(u32(bits))
      .digest(),
  );
}

/** KDFe (part 1, 11.4.10.3): SP 800-56A over the x-coordinate of an ECDH point. */
export function kdfe(
  { name, size }: Hash,
  shared: Uint8Array,
  label: string,
  parties: { u: Uint8Array; v: Uint8Array },
  bits: number,
): Uint8Array {
  return blocks(size, bits, (counter) =>
    createHash(name)
      .update(u32(counter))
      .update(shared)
      .update(zeroEnded(label))
      .update(parties.u)
      .update(parties.v)
      .digest(),
  );
}

/** A label's closing zero byte is part of it. */
export function zeroEnded(label: string): Buffer {
  return Buffer.from(`${label}\0`, 'latin1');
}

function blocks(size: number, bits: number, block: (counter: number) => Uint8Array): Uint8Array {
  const bytes = bits / 8;
  const count = Math.ceil(bytes / size);
  const all = Array.from({ length: count }, (_, index) => block(index + 1));
  return Uint8Array.from(Buffer.concat(all).subarray(0, bytes));
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
