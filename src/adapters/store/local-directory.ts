import type { EvidenceRef } from '../../domain/evidence.ts';
import { evidenceRef } from '../../evidence/digest.ts';
import { addressed, requireMediaType } from './address.ts';
import { collect, drain } from './chunks.ts';
import { keepObject, openPlace, removeObject } from './local-place.ts';
import { localTrial } from './local-trial.ts';
import { readObject } from './object.ts';
import type { TriedStore } from './trial.ts';

export interface LocalDirectoryOptions {
  /** Everything is kept below it, in one file system. Created if missing, for its owner alone. */
  root: string;
  /** Sets the immutable flag on every object, which takes root, chattr and a file system that has it. */
  immutable?: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Targets say the same of themselves again and again; what this process made durable it need not write anew. */
const MOST_REMEMBERED = 10_000;

/**
 * Evidence in a local directory, by content address: `objects/sha256/ab/abcd…`. Every object is written
 * once, read-only, and any change is seen on reading. That is tamper-evident; against root it is no
 * compliance store. Several processes may share one root.
 *
 * Faults: `evidence_store_unavailable` (retryable), `evidence_missing`, `evidence_corrupt`, `bad_evidence_ref`,
 * `evidence_retained`.
 */
export async function openLocalDirectory(options: LocalDirectoryOptions): Promise<TriedStore> {
  const { root, immutable = false, now } = options;
  const place = await openPlace(root, immutable, now());
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
      if (!durable.has(ref.sha256)) await keepObject(place, [bytes]);
      return confirm(ref);
    },
    putStream: async (chunks, mediaType) => {
      const media_type = requireMediaType(mediaType);
      return confirm({ ...(await keepObject(place, chunks)), media_type });
    },
    get: async (address) => collect(readObject(place.objects, addressed(address))),
    read: (address) => readObject(place.objects, addressed(address)),
    // No date that a file system could keep: the ledger alone says until when.
    keepUntil: () => Promise.resolve(),
    setLegalHold: () => Promise.resolve(),
    remove: async (sha256) => {
      const address = addressed(sha256);
      durable.delete(address.sha256);
      await removeObject(place, address.sha256);
    },
    trial: localTrial(root, place, now),
    close: () => Promise.resolve(),
  };
}
