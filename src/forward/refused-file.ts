import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { unlessMissing } from './error-code.ts';

/** With the one before it, twice that is kept: some hundred thousand alerts to look into. */
export const MOST_REFUSED_BYTES = 64 * 1024 * 1024;

export const refusedSchema = z.strictObject({
  seq: z.int().positive(),
  source: z.string(),
  /** When it was spooled, and when it was refused; epoch milliseconds. */
  at: z.int(),
  refused_at: z.int(),
  /** `too_long`, `damaged`, `refused` by Cordon alone, `part_refused` of what Cordon took. */
  why: z.enum(['too_long', 'damaged', 'refused', 'part_refused']),
  /** In Cordon's words, or how much there was of it. */
  detail: z.string(),
  /** As text where it is one, else in base64; only the beginning of what was too long. */
  text: z.string().optional(),
  base64: z.string().optional(),
});
export type Refused = z.infer<typeof refusedSchema>;

/** What is not to be sent again, as lines of `refused.ndjson`, and before these of `refused.1.ndjson`. */
export interface RefusedFile {
  /** On the disk when it resolves. Gives how many of them were new: what is refused again is not written again. */
  keep(refused: readonly Refused[]): Promise<number>;
}

export async function openRefusedFile(
  directory: string,
  mostBytes = MOST_REFUSED_BYTES,
): Promise<RefusedFile> {
  const path = join(directory, 'refused.ndjson');
  let last = await lastKept(path, join(directory, 'refused.1.ndjson'));
  return {
    keep: async (refused) => {
      const fresh = refused.filter(({ seq }) => seq > last);
      const end = fresh.at(-1);
      if (end === undefined) return 0;
      const size = (await unlessMissing(stat(path)))?.size ?? 0;
      if (size > mostBytes) await rename(path, join(directory, 'refused.1.ndjson'));
      await append(path, fresh.map((each) => `${JSON.stringify(each)}\n`).join(''));
      last = end.seq;
      return fresh.length;
    },
  };
}

/** Sequence of the last whole line; what is behind it was torn off with the process that wrote it. */
async function lastKept(...paths: readonly string[]): Promise<number> {
  for (const path of paths) {
    const bytes = await unlessMissing(readFile(path));
    if (bytes === null) continue;
    const whole = bytes.lastIndexOf('\n') + 1;
    if (whole < bytes.length) await cutTo(path, whole);
    const line = bytes.subarray(0, Math.max(0, whole - 1));
    const text = line.subarray(line.lastIndexOf('\n') + 1).toString('utf8');
    if (text !== '') return refusedSchema.parse(JSON.parse(text)).seq;
  }
  return 0;
}

async function cutTo(path: string, size: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(size);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function append(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  const { size } = await file.stat();
  try {
    await file.appendFile(text);
    await file.datasync();
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}
