import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../../domain/fault.ts';
import { sha256Hex } from '../../../evidence/digest.ts';
import { drain, verified } from '../chunks.ts';
import type { Attempt, Outcome, Planted, Trial } from '../trial.ts';
import { ATTACKS, destroy, type Victim } from './attacks.ts';
import type { Bucket } from './bucket.ts';
import { reached } from './faults.ts';
import { holdVersion, lockDate, lockedUntil, requireLocked } from './lock.ts';
import { bytesOf, deleteVersion, historyOf, historyUnder, type Version } from './versions.ts';
import { writeVersion } from './write.ts';

/** How the trial spends its time. */
export interface Pace {
  /** How long its object is locked, in milliseconds: half of it is what our clock and the bucket's may differ. */
  lockMs: number;
  /** Resolves after so many milliseconds, or rejects when it is to stop. */
  wait(ms: number, stopping: AbortSignal): Promise<void>;
}

const PACE: Pace = {
  lockMs: 60_000,
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};

/** The last attempt: what is under a hold must stay when its lock is over. */
const UNDER_HOLD = 'delete_under_hold';

/** A lock that is over here may last a moment longer there. */
const CLOCKS_APART_MS = 2_000;

/** No trial takes an hour: an object that is older belongs to a process that died, or may not be deleted by us. */
const LEFT_OVER_AFTER_MS = 60 * 60 * 1000;
const MOST_LEFT_OVER = 20;

interface Clock {
  now: () => number;
  /** How long evidence is locked when it is written, in milliseconds. */
  lockMs: number;
}

/** The trial of a bucket, on keys under `canary/` that are written like evidence and locked for a minute. */
export function s3Trial(bucket: Bucket, clock: Clock, pace = PACE): Trial {
  return {
    kind: 's3-object-lock',
    claims: true,
    attempts: [...ATTACKS.keys(), UNDER_HOLD].map(attemptNamed),
    beyond: [],
    plant: async (bytes) => {
      await removeLeftOver(bucket, clock.now());
      const sha256 = sha256Hex(bytes);
      const { version, untilMs } = await plant(bucket, bytes, sha256, clock, pace);
      await requireLocked(bucket, version, untilMs);
      await drain(verified(bytesOf(bucket, version), { sha256, size: bytes.length }));
      return planted({ bucket, version, sha256, untilMs, now: clock.now, pace });
    },
  };
}

/** Only a hold that outlives the lock has to be waited for, which not every bucket allows. */
function attemptNamed(name: string): Attempt {
  return { name, required: name !== UNDER_HOLD, provenByRemoval: name === UNDER_HOLD };
}

/** Locked for a moment; where the bucket's policy does not take so short a time, for as long as evidence is. */
async function plant(
  bucket: Bucket,
  bytes: Uint8Array,
  sha256: string,
  { now, lockMs }: Clock,
  pace: Pace,
): Promise<{ version: Version; untilMs: number }> {
  const put = async (forMs: number) => {
    const untilMs = lockDate(now() + forMs).getTime();
    const key = `${canaryPrefix(bucket)}${sha256}`;
    const version = await writeVersion(bucket, { bytes }, { key, sha256, untilMs, beside: false });
    if (version !== null) return { version, untilMs };
    throw new Fault('evidence_store_unavailable', 'somebody has the key of the canary', {
      retryable: true,
    });
  };
  try {
    return await put(pace.lockMs);
  } catch (error) {
    if (error instanceof Fault && !error.retryable) throw error;
    return put(lockMs);
  }
}

interface PlantedVersion extends Victim {
  sha256: string;
  pace: Pace;
}

function planted(object: PlantedVersion): Planted {
  const { bucket, version } = object;
  return {
    attempt: async (name, stopping) => {
      const attack = ATTACKS.get(name);
      if (attack === undefined) return deleteUnderHold(object, stopping);
      return attack(object);
    },
    harm: () => harmTo(object),
    remove: async () => {
      try {
        await holdVersion(bucket, version, false);
        const { versions } = await historyOf(bucket, version.Key);
        for (const one of versions) await deleteVersion(bucket, one);
        return '';
      } catch (error) {
        if (error instanceof Fault) return error.message;
        throw error;
      }
    },
  };
}

/** When the lock has run out, the hold is all that stands in the way. */
async function deleteUnderHold(object: PlantedVersion, stopping: AbortSignal): Promise<Outcome> {
  const { bucket, version, untilMs, now, pace } = object;
  const waitMs = untilMs - now() + CLOCKS_APART_MS;
  if (waitMs > pace.lockMs + 2 * CLOCKS_APART_MS) {
    return { outcome: 'inconclusive', detail: 'the bucket takes no lock that is over soon' };
  }
  await holdVersion(bucket, version, true);
  try {
    await pace.wait(Math.max(0, waitMs), stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
    return { outcome: 'inconclusive', detail: 'stopped before the lock was over' };
  }
  return destroy(object, false);
}

async function harmTo({ bucket, version, sha256, untilMs }: PlantedVersion): Promise<string> {
  try {
    await drain(verified(bytesOf(bucket, version), { sha256 }));
  } catch (error) {
    if (error instanceof Fault && !error.retryable) return error.message;
    throw error;
  }
  const locked = await reached(() => lockedUntil(bucket, version));
  if (locked === null) return 'it was no longer under COMPLIANCE';
  return locked < untilMs ? 'it was locked for a shorter time' : '';
}

/** What may not be removed stays, and is tried again tomorrow: a lifecycle rule of the bucket ends it. */
async function removeLeftOver(bucket: Bucket, now: number): Promise<void> {
  const { versions, markers } = await historyUnder(bucket, canaryPrefix(bucket), 1);
  const old = versions.filter(({ atMs }) => now - atMs > LEFT_OVER_AFTER_MS);
  for (const version of [...old, ...markers].slice(0, MOST_LEFT_OVER)) {
    await holdVersion(bucket, version, false).catch(() => undefined);
    await deleteVersion(bucket, version).catch(() => undefined);
  }
}

function canaryPrefix({ prefix }: Bucket): string {
  return `${prefix}canary/`;
}
