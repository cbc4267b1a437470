import { bytesOf } from './core-plan.ts';
import { PAGE_BYTES } from './pagemap.ts';
import type { PageRun } from './page-runs.ts';

/** Of elf.h. */
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const ET_CORE = 4;
const EM_X86_64 = 62;
const PT_LOAD = 1;
const PT_NOTE = 4;

const PERMISSIONS = [
  ['r', 4],
  ['w', 2],
  ['x', 1],
] as const;

/** All of a core up to its memory, which follows run by run: ELF64, x86-64, padded to a page. */
export function coreHead(notes: Buffer, runs: readonly PageRun[]): Buffer {
  const notesAt = HEADER_BYTES + PROGRAM_HEADER_BYTES * (runs.length + 1);
  const memoryAt = Math.ceil((notesAt + notes.length) / PAGE_BYTES) * PAGE_BYTES;
  const head = Buffer.alloc(memoryAt);
  writeElfHeader(head, runs.length + 1);
  const segments = segmentWriter(head);
  segments({ type: PT_NOTE, flags: 0, offset: notesAt, address: 0, size: notes.length, align: 4 });
  let offset = memoryAt;
  for (const { address, pages, permissions } of runs) {
    const size = pages * PAGE_BYTES;
    const flags = flagsOf(permissions);
    segments({ type: PT_LOAD, flags, offset, address, size, align: PAGE_BYTES });
    offset += size;
  }
  notes.copy(head, notesAt);
  return head;
}

/** Of the whole core. */
export function coreSize(head: Buffer, runs: readonly PageRun[]): number {
  return head.length + bytesOf(runs);
}

function writeElfHeader(head: Buffer, programHeaders: number): void {
  // Magic, 64 bits, little endian, version 1.
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(head);
  head.writeUInt16LE(ET_CORE, 16);
  head.writeUInt16LE(EM_X86_64, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  head.writeUInt16LE(HEADER_BYTES, 52);
  head.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  head.writeUInt16LE(programHeaders, 56);
}

interface Segment {
  type: number;
  flags: number;
  offset: number;
  address: number;
  size: number;
  align: number;
}

function segmentWriter(head: Buffer): (segment: Segment) => void {
  let at = HEADER_BYTES;
  return ({ type, flags, offset, address, size, align }) => {
    head.writeUInt32LE(type, at);
    head.writeUInt32LE(flags, at + 4);
    // A note has no place in memory: its size there is 0.
    const inMemory = type === PT_LOAD ? size : 0;
    for (const [index, value] of [offset, address, 0, size, inMemory, align].entries())
      head.writeBigUInt64LE(BigInt(value), at + 8 + index * 8);
    at += PROGRAM_HEADER_BYTES;
  };
}

function flagsOf(permissions: string): number {
  return PERMISSIONS.reduce(
    (sum, [letter, bit]) => sum + (permissions.includes(letter) ? bit : 0),
    0,
  );
}
