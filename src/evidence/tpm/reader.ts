/** Bytes that do not have the structure that they should. */
export class Malformed extends Error {
  override name = 'Malformed';
}

/**
 * A cursor over packed integers and counted bytes: big-endian as TPM structures are (TPM 2.0 Library, part 2, 4.1),
 * or little-endian as event logs are. Whatever would pass the end throws `Malformed`; what is handed out is a copy.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, byteOrder: 'big-endian' | 'little-endian' = 'big-endian') {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = byteOrder === 'little-endian';
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#littleEndian);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#littleEndian);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), this.#littleEndian);
  }

  bytes(length: number): Uint8Array {
    const from = this.#advance(length);
    return Uint8Array.prototype.slice.call(this.#bytes, from, from + length);
  }

  /** A TPM2B: its size in 16 bits, then as many bytes, `most` at the most. */
  sized(most: number): Uint8Array {
    const size = this.u16();
    if (size > most) throw new Malformed(`${size} bytes where ${most} are the most`);
    return this.bytes(size);
  }

  /** Nothing may follow: bytes behind a structure are where forgeries hide. */
  end(): void {
    if (this.left > 0) throw new Malformed(`${this.left} bytes too many`);
  }

  #advance(length: number): number {
    if (length > this.left) throw new Malformed(`${length - this.left} bytes too few`);
    const from = this.#at;
    this.#at += length;
    return from;
  }
}
