/** Integers and counted bytes as a TPM packs them: big-endian. */
export function u8(value: number): Buffer {
  return Buffer.of(value);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** A TPM2B. */
export function sized(bytes: Uint8Array): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}

/** A TPML_PCR_SELECTION of the banks and masks, whatever they are. */
export function selectionList(banks: readonly (readonly [hash: number, mask: string])[]): Buffer {
  const entries = banks.map(([hash, mask]) => {
    const bytes = Buffer.from(mask, 'hex');
    return Buffer.concat([u16(hash), u8(bytes.length), bytes]);
  });
  return Buffer.concat([u32(banks.length), ...entries]);
}

/** A copy with one bit flipped, counted from the lowest of the first byte. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
