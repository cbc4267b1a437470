import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import { writeDurably } from './durable-file.ts';
import { unlessMissing } from './error-code.ts';

const count = z.int().nonnegative();

/** How far the spool is delivered, in `progress.json` beside it. */
export const progressSchema = z.strictObject({
  schema: z.literal('forward-progress/1'),
  /** Up to this record Cordon has taken all, or refused it for good. */
  acknowledged: count,
  /** The last record of what is on its way; it is sent again with the same bytes. 0: nothing is. */
  sending: count,
  delivered: count,
  refused: count,
  /** When Cordon took something for the last time, epoch milliseconds; 0: never. */
  delivered_at: count,
  /** Since when nothing is taken; 0 while all is well. */
  failing_since: count,
  last_error: z.string(),
});
export type Progress = z.infer<typeof progressSchema>;

const NONE: Progress = {
  schema: 'forward-progress/1',
  acknowledged: 0,
  sending: 0,
  delivered: 0,
  refused: 0,
  delivered_at: 0,
  failing_since: 0,
  last_error: '',
};

/** What is known of the delivery, in memory and on the disk. */
export interface ProgressFile {
  current(): Progress;
  /** On the disk when it resolves. Throws what the disk says. */
  note(change: Partial<Progress>): Promise<void>;
}

/** Faults: as readProgress. */
export async function openProgress(directory: string): Promise<ProgressFile> {
  let current = await readProgress(directory);
  return {
    current: () => current,
    note: async (change) => {
      const next = { ...current, ...change };
      await writeDurably(progressPath(directory), `${JSON.stringify(next)}\n`);
      current = next;
    },
  };
}

/** Faults: `progress_unreadable`: by guessing, alerts would be sent again or not at all. */
export async function readProgress(directory: string): Promise<Progress> {
  const path = progressPath(directory);
  const text = await unlessMissing(readFile(path, 'utf8'));
  if (text === null) return NONE;
  try {
    return progressSchema.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${path} cannot be read: remove it to send all again that is still spooled`;
    throw new Fault('progress_unreadable', message, { retryable: false, cause });
  }
}

function progressPath(directory: string): string {
  return join(directory, 'progress.json');
}
