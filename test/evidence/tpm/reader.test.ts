import { describe, expect, it } from 'vitest';
import { Malformed, Reader } from '../../../src/evidence/tpm/reader.ts';

const BYTES = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe('a reader', () => {
  it('reads integers in the byte order that it was given', () => {
    const big = new Reader(BYTES);
    expect([big.u8(), big.u16(), big.u32(), big.left]).toEqual([1, 0x0203, 0x0405_0607, 1]);
    const little = new Reader(BYTES, 'little-endian');
    expect([little.u16(), little.u32()]).toEqual([0x0201, 0x0605_0403]);
    expect(new Reader(BYTES).u64()).toBe(0x0102_0304_0506_0708n);
    expect(new Reader(BYTES, 'little-endian').u64()).toBe(0x0807_0605_0403_0201n);
  });

  it('reads the highest integers as positive ones', () => {
    const ones = new Uint8Array(15).fill(0xff);
    const reader = new Reader(ones);
    expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([0xff, 0xffff, 0xffff_ffff]);
    expect(reader.u64()).toBe(2n ** 64n - 1n);
  });

  it.each<[string, number, (reader: Reader) => unknown]>([
    ['u8', 1, (reader) => reader.u8()],
    ['u16', 2, (reader) => reader.u16()],
    ['u32', 4, (reader) => reader.u32()],
    ['u64', 8, (reader) => reader.u64()],
    ['bytes', 3, (reader) => reader.bytes(3)],
  ])('refuses %s that would pass the end, and stays where it is', (_what, size, read) => {
    const reader = new Reader(BYTES.subarray(0, size - 1));
    expect(() => read(reader)).toThrow(Malformed);
    expect(reader.left).toBe(size - 1);
  });

  it('refuses a TPM2B larger than what is left, or than what is allowed', () => {
    expect(() => new Reader(Uint8Array.of(0, 3, 1, 2)).sized(9)).toThrow(Malformed);
    expect(() => new Reader(Uint8Array.of(0, 2, 1, 2)).sized(1)).toThrow(Malformed);
    expect(() => new Reader(Uint8Array.of(0xff, 0xff)).sized(0xffff)).toThrow(Malformed);
    expect(new Reader(Uint8Array.of(0, 2, 1, 2)).sized(2)).toEqual(Uint8Array.of(1, 2));
    expect(new Reader(Uint8Array.of(0, 0)).sized(2)).toEqual(Uint8Array.of());
  });

  it('refuses bytes behind the end', () => {
    const reader = new Reader(BYTES);
    reader.bytes(7);
    expect(() => reader.end()).toThrow(Malformed);
    reader.u8();
    expect(() => reader.end()).not.toThrow();
  });

  it('reads no further than a view into larger memory', () => {
    const reader = new Reader(Buffer.from(BYTES.buffer, 2, 2));
    expect(reader.u16()).toBe(0x0304);
    expect(() => reader.u8()).toThrow(Malformed);
  });

  it('hands out copies, which do not change with what was read', () => {
    const bytes = Buffer.from(BYTES);
    const read = new Reader(bytes).bytes(2);
    bytes.fill(0);
    expect([...read]).toEqual([1, 2]);
  });
});
