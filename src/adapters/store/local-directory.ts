import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvidenceRef, evidenceRefSchema, type EvidenceStore } from '../../domain/evidence.ts';
import { Fault } from '../../domain/fault.ts';
import { sha256Schema } from '../../domain/primitives.ts';
import { evidenceRef, sha256Hex } from '../../evidence/digest.ts';
import {
  hasCode,
  linkOnce,
  readPlainFile,
  removeAbandoned,
  syncDirectory,
  writeStage,
} from './files.ts';

export interface LocalDirectoryOptions {
  /** Everything is kept below it, in one file system. Created if missing, for its owner alone. */
  root: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Evidence in a local directory, by content address: `objects/sha256/ab/abcd…`. Every object is written
 * once, read-only, and any change is seen on reading. That is tamper-evident; against root it is no
 * compliance store. Several processes may share one root.
 *
 * Faults: `evidence_store_unavailable` (retryable), `evidence_missing`, `evidence_corrupt`, `bad_evidence_ref`.
 */
export async function openLocalDirectory(options: LocalDirectoryOptions): Promise<EvidenceStore> {
  const place = {
    stage: join(options.root, 'stage'),
    objects: join(options.root, 'objects', 'sha256'),
  };
  await available(async () => {
    await mkdir(place.stage, { recursive: true, mode: 0o700 });
    await mkdir(place.objects, { recursive: true, mode: 0o700 });
    for (const directory of [place.objects, join(options.root, 'objects'), options.root]) {
      await syncDirectory(directory);
    }
    await removeAbandoned(place.stage, options.now());
  });
  const durable = new Set<string>();
  return {
    put: async (bytes, mediaType) => {
      const ref = evidenceRef(bytes, mediaType);
      if (!durable.has(ref.sha256)) await write(place, ref.sha256, bytes);
      await get(place, addressed(ref)); // reads back what is there now, which may be older than these bytes
      if (durable.size < MOST_REMEMBERED) durable.add(ref.sha256);
      return ref;
    },
    get: async (address) => get(place, addressed(address)),
  };
}

/** Targets say the same of themselves again and again; what this process made durable it need not write anew. */
const MOST_REMEMBERED = 10_000;

interface Place {
  /** Beside the objects, because a link does not cross file systems. */
  stage: string;
  objects: string;
}

async function write(place: Place, sha256: string, bytes: Uint8Array): Promise<void> {
  const directory = shardOf(place, sha256);
  await available(async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const stage = join(place.stage, randomUUID());
    try {
      await writeStage(stage, bytes);
      await linkOnce(stage, join(directory, sha256));
    } finally {
      await rm(stage, { force: true });
    }
    // Also where the object was there before: whoever linked it may have died before this.
    await syncDirectory(directory);
    await syncDirectory(place.objects);
  });
}

async function get(
  place: Place,
  { sha256, size }: { sha256: string; size?: number },
): Promise<Uint8Array> {
  const bytes = await available(() => readPlainFile(join(shardOf(place, sha256), sha256)));
  if (!bytes) throw new Fault('evidence_missing', `no evidence ${sha256}`, { retryable: false });
  if (sha256Hex(bytes) !== sha256) {
    throw corrupt(`the bytes kept as evidence ${sha256} are not those that were put there`);
  }
  if (size !== undefined && size !== bytes.length) {
    throw corrupt(`evidence ${sha256} has ${bytes.length} bytes, and its reference says ${size}`);
  }
  return bytes;
}

/** A digest becomes part of a path, so it is checked wherever it comes from. */
function addressed(address: EvidenceRef | string): { sha256: string; size?: number } {
  const parsed =
    typeof address === 'string'
      ? sha256Schema.transform((sha256) => ({ sha256 })).safeParse(address)
      : evidenceRefSchema.safeParse(address);
  if (parsed.success) return parsed.data;
  throw new Fault('bad_evidence_ref', 'not the address of any evidence', { retryable: false });
}

function shardOf(place: Place, sha256: string): string {
  return join(place.objects, sha256.slice(0, 2));
}

function corrupt(message: string): Fault {
  return new Fault('evidence_corrupt', message, { retryable: false });
}

/** The disk may be full, read-only or failing: whatever it is, it may pass. */
async function available<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!hasCode(cause)) throw cause;
    const message = `the evidence store cannot be used: ${cause.code}`;
    throw new Fault('evidence_store_unavailable', message, { retryable: true, cause });
  }
}
