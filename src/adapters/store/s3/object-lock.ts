import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidenceRef } from '../../../domain/evidence.ts';
import { evidenceRef } from '../../../evidence/digest.ts';
import { addressed, requireMediaType } from '../address.ts';
import { available } from '../available.ts';
import { collect } from '../chunks.ts';
import { removeAbandoned } from '../files.ts';
import { staged } from '../stage.ts';
import type { TriedStore } from '../trial.ts';
import { type BucketOptions, reachBucket } from './bucket.ts';
import { type Alarm, keepEvidence, keyOf, readEvidence, requireVersion } from './evidence.ts';
import { extendLock, holdVersion } from './lock.ts';
import { type Pace, s3Trial } from './s3-trial.ts';
import { deleteVersion, historyOf } from './versions.ts';
import type { Content } from './write.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface ObjectLockOptions extends BucketOptions {
  /** A directory of this machine, for streams whose address is known only at their end. Nothing stays in it. */
  stage: string;
  /** How long an object is locked when it is written, in days; the shortest time that any is kept. */
  lockDays: number;
  alarm: Alarm;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Of the canary; its own where it is absent. */
  pace?: Pace;
}

/**
 * Evidence in a versioned bucket with Object Lock: every object is a version under COMPLIANCE, found, read, extended
 * and removed by its version id. The bucket is first asked when something is kept or read.
 *
 * Faults: `evidence_store_unavailable` (retryable), `evidence_missing`, `evidence_corrupt`, `bad_evidence_ref`,
 * `evidence_retained`, `evidence_unlocked`.
 */
export async function openObjectLock(options: ObjectLockOptions): Promise<TriedStore> {
  const { stage, lockDays, alarm, now } = options;
  const bucket = reachBucket(options);
  await available(async () => {
    await mkdir(stage, { recursive: true, mode: 0o700 });
    await removeAbandoned(stage, now());
  });
  const keep = async (ref: EvidenceRef, content: Content): Promise<EvidenceRef> => {
    await keepEvidence(bucket, ref, content, now() + lockDays * DAY_MS, alarm);
    return ref;
  };
  const versionOf = (sha256: string) => requireVersion(bucket, addressed(sha256).sha256, alarm);
  return {
    put: async (bytes, mediaType) =>
      keep(evidenceRef(bytes, requireMediaType(mediaType)), { bytes }),
    putStream: async (chunks, mediaType) => {
      const media_type = requireMediaType(mediaType);
      return staged(join(stage, randomUUID()), chunks, ({ path, sha256, size }) =>
        keep({ sha256, size, media_type }, { path, size }),
      );
    },
    get: async (address) => collect(readEvidence(bucket, addressed(address), alarm)),
    read: (address) => readEvidence(bucket, addressed(address), alarm),
    keepUntil: async (sha256, untilMs) => extendLock(bucket, await versionOf(sha256), untilMs),
    setLegalHold: async (sha256, held) => holdVersion(bucket, await versionOf(sha256), held),
    remove: async (sha256) => {
      const { versions, markers } = await historyOf(
        bucket,
        keyOf(bucket, addressed(sha256).sha256),
      );
      for (const version of [...versions, ...markers]) await deleteVersion(bucket, version);
    },
    trial: s3Trial(bucket, { now, lockMs: lockDays * DAY_MS }, options.pace),
    close: () => {
      bucket.client.destroy();
      return Promise.resolve();
    },
  };
}
