import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { hostSubjectSchema } from '../../domain/host-subject.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { writeDurably } from '../durable-file.ts';
import { errorCode } from '../subjects/gone.ts';

const leaseSchema = z.strictObject({
  schema: z.literal('host-freeze-lease/1'),
  /** Who asked: two may hold one subject. */
  holder: z.string(),
  subject: hostSubjectSchema,
  /** A process of another boot is none of ours. */
  boot_id: z.string(),
  /** Milliseconds since boot, sleep included: no clock that anybody sets. */
  until_ms: z.number(),
});
export type Lease = z.infer<typeof leaseSchema>;

/** What was frozen for a while, so that an agent that was killed lets go of it when it is started again. */
export interface LeaseFiles {
  all(): Lease[];
  /** Returns when it is durable: what it speaks of is frozen after it. */
  write(lease: Lease): void;
  remove(lease: Lease): void;
}

/** By which a lease is found again: its holder and its subject. */
export function leaseId({ holder, subject }: Pick<Lease, 'holder' | 'subject'>): string {
  return createHash('sha256').update(canonicalJson({ holder, subject })).digest('hex');
}

/** Below `directory`, which is made when it is needed. Faults: `agent_state_unusable`, not retryable. */
export function openLeaseFiles(directory: string): LeaseFiles {
  const fileOf = (lease: Lease) => join(directory, `${leaseId(lease)}.json`);
  return {
    all: () => namesIn(directory).flatMap((name) => readLease(join(directory, name))),
    write: (lease) => {
      try {
        writeDurably(fileOf(lease), JSON.stringify(lease));
      } catch (cause) {
        const message = `a lease cannot be kept in CORDON_AGENT_STATE (${errorCode(cause)})`;
        throw new Fault('agent_state_unusable', message, { retryable: false, cause });
      }
    },
    remove: (lease) => rmSync(fileOf(lease), { force: true }),
  };
}

/** Where none can be read none can be kept, and that is said when one is asked for. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

/** A file that is no lease was not written whole, and so nothing was frozen after it. */
function readLease(file: string): Lease[] {
  try {
    return [leaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')))];
  } catch {
    return [];
  }
}
