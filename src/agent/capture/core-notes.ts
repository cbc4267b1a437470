import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessStat } from '../subjects/process-stat.ts';
import type { Findings } from './findings.ts';
import { readMappings } from './mappings.ts';
import { PAGE_BYTES } from './pagemap.ts';
import { threadRegisters } from './thread-registers.ts';

/** Types of the notes of a core, elf.h. */
const NT_PRSTATUS = 1;
const NT_PRPSINFO = 3;
const NT_AUXV = 6;
const NT_FILE = 0x46494c45;

/** Sizes of the structures of elfcore.h on x86-64. */
const PRSTATUS_BYTES = 336;
const PRPSINFO_BYTES = 136;

/** A third of a KiB each; no program that is meant has more. */
const MOST_THREADS = 4096;

/** A process may map 65,530 files with names of 4 KiB. */
const MOST_FILE_BYTES = 2 * 1024 * 1024;

/** The segment PT_NOTE: who it was, what each thread was about to do, and which files were mapped. */
export function coreNotes(processDir: string, stat: ProcessStat, findings: Findings): Buffer {
  const [first, ...others] = threadsOf(processDir, stat.pid, findings).map((tid) =>
    note(NT_PRSTATUS, prstatus(processDir, { ...stat, pid: tid }, findings)),
  );
  return Buffer.concat([
    first ?? Buffer.alloc(0),
    note(NT_PRPSINFO, prpsinfo(processDir, stat)),
    note(NT_AUXV, readFileSync(`${processDir}/auxv`)),
    note(NT_FILE, mappedFiles(processDir, findings)),
    ...others,
  ]);
}

/** The main thread first: debuggers take the first for the one that matters. */
function threadsOf(processDir: string, pid: number, findings: Findings): number[] {
  const others = readdirSync(`${processDir}/task`)
    .map(Number)
    .filter((tid) => tid !== pid);
  if (others.length >= MOST_THREADS) findings.lower('truncated', 'too many threads');
  return [pid, ...others.slice(0, MOST_THREADS - 1)];
}

function note(type: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(20 + Math.ceil(content.length / 4) * 4);
  bytes.writeUInt32LE(5, 0);
  bytes.writeUInt32LE(content.length, 4);
  bytes.writeUInt32LE(type, 8);
  bytes.write('CORE\0', 12, 'latin1');
  content.copy(bytes, 20);
  return bytes;
}

function prstatus(processDir: string, stat: ProcessStat, findings: Findings): Buffer {
  const bytes = Buffer.alloc(PRSTATUS_BYTES);
  writeRelations(bytes, 32, stat);
  const registers = threadRegisters(`${processDir}/task/${stat.pid}`);
  if (registers === null) findings.note('a thread was running: its registers are zeros');
  else registers.copy(bytes, 112);
  return bytes;
}

function prpsinfo(processDir: string, stat: ProcessStat): Buffer {
  const bytes = Buffer.alloc(PRPSINFO_BYTES);
  bytes.writeInt8('RSDTZW'.indexOf(stat.state), 0);
  bytes.write(stat.state, 1, 1, 'latin1');
  const status = readFileSync(`${processDir}/status`, 'latin1');
  bytes.writeUInt32LE(Number(/^Uid:\t(\d+)/m.exec(status)?.[1] ?? 0), 16);
  bytes.writeUInt32LE(Number(/^Gid:\t(\d+)/m.exec(status)?.[1] ?? 0), 20);
  writeRelations(bytes, 24, stat);
  bytes.write(stat.comm, 40, 15, 'utf8');
  const words = readFileSync(`${processDir}/cmdline`, 'latin1').replaceAll('\0', ' ');
  bytes.write(words, 56, 79, 'latin1');
  return bytes;
}

/** pid, ppid, pgrp and session follow each other in both structures. */
function writeRelations(bytes: Buffer, at: number, stat: ProcessStat): void {
  const numbers = [stat.pid, stat.ppid, stat.process_group, stat.session];
  for (const [index, number] of numbers.entries()) bytes.writeInt32LE(number, at + index * 4);
}

function mappedFiles(processDir: string, findings: Findings): Buffer {
  const places: bigint[] = [];
  const names: string[] = [];
  let size = 0;
  for (const { inode, path, start, end, offset } of readMappings(processDir)) {
    if (inode === 0) continue;
    size += 24 + path.length + 1;
    if (size > MOST_FILE_BYTES) {
      findings.note('a mapped file is not named in the core');
      continue;
    }
    places.push(BigInt(start), BigInt(end), BigInt(offset / PAGE_BYTES));
    names.push(`${path}\0`);
  }
  const head = BigUint64Array.of(BigInt(names.length), BigInt(PAGE_BYTES), ...places);
  return Buffer.concat([Buffer.from(head.buffer), Buffer.from(names.join(''), 'latin1')]);
}
