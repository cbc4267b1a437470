import { type FileHandle, open } from 'node:fs/promises';
import type { Head } from '../../domain/ledger.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../../domain/ledger-entry.ts';
import { canonicalLine, parseCanonicalLine } from '../../evidence/canonical.ts';
import { Fault } from '../../domain/fault.ts';

/** Longer than any line: a body is made of a report of at most 64 KiB and its plan. */
const TAIL_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;

/** The ledger as lines of canonical JSON. One process at a time writes it. */
export interface MirrorFile {
  /**
   * The last entry in the file, null where there is none. What follows the last whole line is cut off:
   * a process died in the middle of it. Throws Fault `mirror_unreadable` where the last line is no entry.
   */
  end(): Promise<Head | null>;
  append(entries: readonly LedgerEntry[]): Promise<void>;
}

export function mirrorFile(path: string): MirrorFile {
  // As we left it: read again only where the file has another size by now.
  let left: { size: number; end: Head | null } | undefined;
  return {
    end: () =>
      withFile(path, async (file) => {
        const { size } = await file.stat();
        if (left?.size !== size) left = await findEnd(file, size);
        return left.end;
      }),
    append: (entries) =>
      withFile(path, async (file) => {
        left = undefined;
        await file.appendFile(Buffer.concat(entries.map(canonicalLine)));
        const { size } = await file.stat();
        left = { size, end: headOf(entries.at(-1)) };
      }),
  };
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'a+', 0o600);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function findEnd(
  file: FileHandle,
  size: number,
): Promise<{ size: number; end: Head | null }> {
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), { position: start });
  const tail = buffer.subarray(0, bytesRead);
  const lineEnd = tail.lastIndexOf(NEWLINE) + 1;
  if (lineEnd === 0 && start > 0) throw unreadable();
  if (lineEnd < tail.length) await file.truncate(start + lineEnd);
  return { size: start + lineEnd, end: lineEnd === 0 ? null : lastLine(tail.subarray(0, lineEnd)) };
}

function lastLine(lines: Buffer): Head | null {
  const lineStart = lines.length < 2 ? 0 : lines.lastIndexOf(NEWLINE, lines.length - 2) + 1;
  const entry = ledgerEntrySchema.safeParse(parseCanonicalLine(lines.subarray(lineStart)));
  if (!entry.success) throw unreadable();
  return headOf(entry.data);
}

function headOf(entry: LedgerEntry | undefined): Head | null {
  return entry ? { seq: entry.seq, hash: entry.hash } : null;
}

function unreadable(): Fault {
  return new Fault('mirror_unreadable', 'The last line of the mirror is not a ledger entry', {
    retryable: false,
  });
}
