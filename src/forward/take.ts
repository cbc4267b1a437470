import type { Cut } from './line-cutter.ts';
import type { Log } from './log.ts';
import type { Position } from './position.ts';
import type { Entry } from './segment-writer.ts';
import type { Spool } from './spool.ts';

/** How long to wait before a full or failing disk is tried again. */
const AGAIN_AFTER_MS = 1_000;

/** What all sources take from detectors with. */
export interface Taking {
  spool: Spool;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
  /** Aborted when nothing more is to be read. */
  stopping: AbortSignal;
}

/** Lines, or the record of one that is too long. */
export function entryOf(cut: Cut, source: string, at: number, position: Position | null): Entry {
  const common = { source, at, position };
  if (cut.kind === 'lines') {
    return { frame: { kind: 'lines', ...common, count: cut.count }, payload: cut.bytes };
  }
  const { head, size, sha256 } = cut;
  return { frame: { kind: 'too_long', ...common, count: 1, bytes: size, sha256 }, payload: head };
}

/** Spools for as long as it takes; false where it was told to stop before that. */
export async function takeSurely(
  { spool, log, stopping }: Taking,
  entry: Entry,
  tries = Infinity,
): Promise<boolean> {
  for (let failures = 0; failures < tries; failures += 1) {
    try {
      await spool.append(entry);
      return true;
    } catch (error) {
      if (failures === 0) log.error({ err: error }, 'the spool cannot be written: nothing is read');
      if (stopping.aborted) return false;
      await spool.freed.heard(AGAIN_AFTER_MS, stopping);
    }
  }
  return false;
}

/** Resolves when the spool has room; says so where it has to wait. False where it was told to stop before that. */
export async function roomIn({ spool, log, stopping }: Taking, source: string): Promise<boolean> {
  if (spool.hasRoom()) return !stopping.aborted;
  log.warn({ source, bytes: spool.bytes() }, 'the spool is full: the source waits');
  while (!spool.hasRoom() && !stopping.aborted) await spool.freed.heard(AGAIN_AFTER_MS, stopping);
  return !stopping.aborted;
}
