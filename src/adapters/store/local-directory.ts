import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EvidenceRef,
  evidenceRefSchema,
  type EvidenceRetention,
  type EvidenceStore,
} from '../../domain/evidence.ts';
import { Fault } from '../../domain/fault.ts';
import { sha256Schema } from '../../domain/primitives.ts';
import { evidenceRef } from '../../evidence/digest.ts';
import { available } from './available.ts';
import { linkOnce, removeAbandoned, syncDirectory } from './files.ts';
import { type Address, readObject, shardOf } from './object.ts';
import { type Staged, staged } from './stage.ts';

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
export async function openLocalDirectory(
  options: LocalDirectoryOptions,
): Promise<EvidenceStore & EvidenceRetention> {
  const place = await openPlace(options);
  const durable = new Set<string>();
  /** Reads back what is there now, which may be older than what was just written. */
  const confirm = async (ref: EvidenceRef): Promise<EvidenceRef> => {
    await drain(readObject(place.objects, ref));
    if (durable.size < MOST_REMEMBERED) durable.add(ref.sha256);
    return ref;
  };
  return {
    put: async (bytes, mediaType) => {
      const ref = evidenceRef(bytes, requireMediaType(mediaType));
      if (!durable.has(ref.sha256)) await keep(place, [bytes]);
      return confirm(ref);
    },
    putStream: async (chunks, mediaType) => {
      const media_type = requireMediaType(mediaType);
      return confirm({ ...(await keep(place, chunks)), media_type });
    },
    get: async (address) => collect(readObject(place.objects, addressed(address))),
    read: (address) => readObject(place.objects, addressed(address)),
    // No date that a file system could keep: the ledger alone says until when.
    keepUntil: () => Promise.resolve(),
    setLegalHold: () => Promise.resolve(),
    remove: async (sha256) => {
      durable.delete(sha256);
      await available(() => removeObject(place.objects, addressed(sha256)));
    },
  };
}

/** Targets say the same of themselves again and again; what this process made durable it need not write anew. */
const MOST_REMEMBERED = 10_000;

interface Place {
  /** Beside the objects, because a link does not cross file systems. */
  stage: string;
  objects: string;
}

async function openPlace({ root, now }: LocalDirectoryOptions): Promise<Place> {
  const place = { stage: join(root, 'stage'), objects: join(root, 'objects', 'sha256') };
  await available(async () => {
    await mkdir(place.stage, { recursive: true, mode: 0o700 });
    await mkdir(place.objects, { recursive: true, mode: 0o700 });
    for (const directory of [place.objects, join(root, 'objects'), root]) {
      await syncDirectory(directory);
    }
    await removeAbandoned(place.stage, now());
  });
  return place;
}

/** The address is known when the last chunk is written, so the file gets its name after that. */
function keep(
  place: Place,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Required<Address>> {
  return staged(join(place.stage, randomUUID()), chunks, async (file) => {
    await available(() => linkIntoPlace(place, file));
    return { sha256: file.sha256, size: file.size };
  });
}

async function removeObject(objects: string, { sha256 }: Address): Promise<void> {
  const directory = shardOf(objects, sha256);
  // Its shard may never have been made.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await rm(join(directory, sha256), { force: true });
  await syncDirectory(directory);
}

async function linkIntoPlace({ objects }: Place, { path, sha256 }: Staged): Promise<void> {
  const directory = shardOf(objects, sha256);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await linkOnce(path, join(directory, sha256));
  // Also where the object was there before: whoever linked it may have died before this.
  await syncDirectory(directory);
  await syncDirectory(objects);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) void chunk;
}

/** A digest becomes part of a path, so it is checked wherever it comes from. */
function addressed(address: EvidenceRef | string): Address {
  const parsed =
    typeof address === 'string'
      ? sha256Schema.transform((sha256) => ({ sha256 })).safeParse(address)
      : evidenceRefSchema.safeParse(address);
  if (parsed.success) return parsed.data;
  throw new Fault('bad_evidence_ref', 'not the address of any evidence', { retryable: false });
}

/** Before anything is written: a reference that cannot be read again would leave an object that nobody finds. */
function requireMediaType(mediaType: string): string {
  if (evidenceRefSchema.shape.media_type.safeParse(mediaType).success) return mediaType;
  throw new Fault('bad_evidence_ref', 'no media type of any evidence', { retryable: false });
}
