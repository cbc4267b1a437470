import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../../domain/fault.ts';
import { sha256Hex } from '../../../evidence/digest.ts';
import { drain, verified } from '../chunks.ts';
import type { Attempt, Outcome, Planted, Trial } from '../trial.ts';
import { ATTACKS, destroy, type Victim } from './attacks.ts';
import type { Bucket } from './bucket.ts';
import { harmTo, plantVersion, removeAll, removeLeftOver } from './canary-version.ts';
import { holdVersion, requireLocked } from './lock.ts';
import { bytesOf } from './versions.ts';

/** How the trial spends its time. */
export interface Pace {
  /** How long its object is locked, in milliseconds: half of it is what our clock and the bucket's may differ. */
  lockMs: number;
  /** Resolves after so many milliseconds, or rejects when it is to stop. */
  wait(ms: number, stopping: AbortSignal): Promise<void>;
}

const PACE: Pace = {
  lockMs: 60_000,
  wait: (ms, signal) => delay(ms, undefined, { signal, ref: false }),
};

/** The last attempt: what is under a hold must stay when its lock is over. */
const UNDER_HOLD = 'delete_under_hold';

/** A lock that is over here may last a moment longer there. */
const CLOCKS_APART_MS = 2_000;

/** The trial of a bucket, on keys under `canary/` that are written like evidence and locked for a minute. */
export function s3Trial(
  bucket: Bucket,
  { now, lockMs }: { now: () => number; lockMs: number },
  pace = PACE,
): Trial {
  return {
    kind: 's3-object-lock',
    claims: true,
    attempts: [...ATTACKS.keys(), UNDER_HOLD].map(attemptNamed),
    beyond: [],
    plant: async (bytes) => {
      await removeLeftOver(bucket, now());
      const sha256 = sha256Hex(bytes);
      const terms = { now, shortMs: pace.lockMs, lockMs };
      const { version, untilMs } = await plantVersion(bucket, bytes, sha256, terms);
      await requireLocked(bucket, version, untilMs);
      await drain(verified(bytesOf(bucket, version), { sha256, size: bytes.length }));
      return planted({ bucket, version, sha256, untilMs, now, pace });
    },
  };
}

/** Only a hold that outlives the lock has to be waited for, which not every bucket allows. */
function attemptNamed(name: string): Attempt {
  return { name, required: name !== UNDER_HOLD, provenByRemoval: name === UNDER_HOLD };
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
      const outcome = await attack(object);
      requireStillLocked(object);
      return outcome;
    },
    harm: () => harmTo(object),
    remove: () => removeAll(bucket, version),
  };
}

/** What a slow bucket allows when the lock is over says nothing of it. */
function requireStillLocked({ untilMs, now }: PlantedVersion): void {
  if (now() < untilMs) return;
  throw new Fault('evidence_store_unavailable', 'the evidence store is too slow to be tried', {
    retryable: true,
  });
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
