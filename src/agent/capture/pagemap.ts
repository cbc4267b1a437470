import { readSync } from 'node:fs';

/** Of x86-64, whatever larger pages a mapping may be made of. */
export const PAGE_BYTES = 4096;

/** 256 MiB of address space in half a MiB of pagemap. */
const MOST_PAGES = 64 * 1024;

const ENTRY_BYTES = 8;

/** Upper halves of the bits 63, 62 and 61 of an entry. */
const PRESENT = 0x8000_0000;
const SWAPPED = 0x4000_0000;
const FILE_OR_SHARED = 0x2000_0000;

/** What the kernel knows of pages that follow each other, without having touched one. */
export interface PageStates {
  count: number;
  /** In memory or in swap: reading it asks nobody else for its content. */
  isThere(page: number): boolean;
  isSwapped(page: number): boolean;
  /** Of a file or shared, as opposed to the process's own. */
  isOfFile(page: number): boolean;
}

/** States from the address on, of no more pages than wanted; a count of 0 means that the process has no memory any more. */
export function readPageStates(pagemap: number, address: number, wanted: number): PageStates {
  const bytes = Buffer.allocUnsafe(Math.min(wanted, MOST_PAGES) * ENTRY_BYTES);
  const position = (address / PAGE_BYTES) * ENTRY_BYTES;
  const count = Math.floor(readSync(pagemap, bytes, 0, bytes.length, position) / ENTRY_BYTES);
  const has = (page: number, bits: number) =>
    (bytes.readUInt32LE(page * ENTRY_BYTES + 4) & bits) !== 0;
  return {
    count,
    isThere: (page) => has(page, PRESENT | SWAPPED),
    isSwapped: (page) => has(page, SWAPPED),
    isOfFile: (page) => has(page, FILE_OR_SHARED),
  };
}
