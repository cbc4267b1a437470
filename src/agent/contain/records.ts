import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { containStepSchema, type ContainStep } from '../../domain/host-containment.ts';
import { type HostSubject, hostSubjectSchema } from '../../domain/host-subject.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { writeDurably } from '../durable-file.ts';
import { unlessGone } from '../subjects/gone.ts';

/** A process that no later one can be mistaken for: its number, and its start in clock ticks since boot. */
const processSchema = z.strictObject({ pid: z.int(), start_time: z.string() });
export type KnownProcess = z.infer<typeof processSchema>;

/** What a containment began with: how a subject is known when it has ended, and what its release restores. */
const recordSchema = z.strictObject({
  schema: z.literal('host-contain-record/1'),
  step: containStepSchema,
  subject: hostSubjectSchema,
  /** Of this boot alone do process ids tell anything. */
  boot_id: z.string(),
  /** Of the calls that meant this very subject; the newest last. */
  keys: z.array(z.string()),
  processes: z.array(processSchema),
  /** '' where it had none of its own. */
  cgroup: z.string(),
  /** The full id; '' for what is no container. */
  container: z.string(),
  /** What the step changes, as it was. */
  before: z.record(z.string(), z.json()),
  /** What the measuring must know of what was made. */
  made: z.record(z.string(), z.json()),
});
export type ContainRecord = z.infer<typeof recordSchema>;

/** One record for each step on each subject, which outlives the agent. */
export interface Records {
  read(subject: HostSubject, step: ContainStep): ContainRecord | null;
  /** Returns when it is durable: what it speaks of is done after it. */
  write(record: ContainRecord): void;
  remove(subject: HostSubject, step: ContainStep): void;
}

/** Below `directory`, which is made when it is needed. Faults: `agent_state_unusable`, not retryable. */
export function openRecords(directory: string): Records {
  const fileOf = (subject: HostSubject, step: ContainStep) =>
    join(
      directory,
      `${createHash('sha256').update(canonicalJson({ subject, step })).digest('hex')}.json`,
    );
  return {
    read: (subject, step) => using(directory, () => readRecord(fileOf(subject, step))),
    write: (record) =>
      using(directory, () => {
        writeDurably(fileOf(record.subject, record.step), JSON.stringify(record));
      }),
    remove: (subject, step) =>
      using(directory, () => rmSync(fileOf(subject, step), { force: true })),
  };
}

function readRecord(file: string): ContainRecord | null {
  const text = unlessGone(() => readFileSync(file, 'utf8'));
  if (text === null) return null;
  return recordSchema.parse(JSON.parse(text));
}

function using<T>(directory: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    const message = `what containments began with cannot be kept in CORDON_AGENT_STATE (${directory})`;
    throw new Fault('agent_state_unusable', message, { retryable: false, cause });
  }
}
