import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/forward/log.ts';
import { openSpool, type Spool } from '../../src/forward/spool.ts';

/** Thousands of small writes are made durable here, and what is tested is not the disk. */
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A directory that goes with the test. */
export function scratch(below = QUICK): string {
  const directory = mkdtempSync(join(below, 'cordon-fwd-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Said extends Log {
  said: string[];
}

export function listening(): Said {
  const said: string[] = [];
  const say = (_fields: object, message: string) => void said.push(message);
  return { said, info: say, warn: say, error: say };
}

export function spoolIn(
  directory: string,
  options: { limit?: number; acknowledged?: number; log?: Log } = {},
): Promise<Spool> {
  return openSpool({ directory, limit: 2 ** 30, acknowledged: 0, log: listening(), ...options });
}

/** Lines of one source, with the position behind them where it has one. */
export function lines(texts: readonly string[], offset?: number) {
  const position =
    offset === undefined ? null : { file: '1:1', offset, print: 'p', seen_ms: 1_000 };
  return {
    frame: { kind: 'lines' as const, source: 'file:/l', at: 1_000, position, count: texts.length },
    payload: Buffer.from(texts.join('\n')),
  };
}

/** The lines in the spool behind a record. */
export async function linesIn(spool: Spool, after = 0): Promise<string[]> {
  const records = await spool.read(after, { records: Infinity, bytes: Infinity });
  return records.map((record) => (record.kind === 'line' ? record.bytes.toString() : record.kind));
}
