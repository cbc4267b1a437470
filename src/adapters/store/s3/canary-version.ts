import { Fault } from '../../../domain/fault.ts';
import { drain, verified } from '../chunks.ts';
import type { Bucket } from './bucket.ts';
import { isRefusal, reached } from './faults.ts';
import { holdVersion, lockDate, lockedUntil } from './lock.ts';
import { bytesOf, deleteVersion, historyOf, historyUnder, type Version } from './versions.ts';
import { writeVersion } from './write.ts';

/** Keys under `canary/`, beside the evidence and written in the same way. */
export interface CanaryVersion {
  bucket: Bucket;
  version: Version;
  sha256: string;
  /** The end of its lock, in epoch milliseconds. */
  untilMs: number;
}

interface Terms {
  now: () => number;
  /** The lock it is to have, and the one of evidence, in milliseconds. */
  shortMs: number;
  lockMs: number;
}

/** No trial takes an hour: an object that is older belongs to a process that died, or may not be deleted by us. */
const LEFT_OVER_AFTER_MS = 60 * 60 * 1000;
const MOST_LEFT_OVER = 20;

/** Locked for a moment; where the bucket's policy does not take so short a time, for as long as evidence is. */
export async function plantVersion(
  bucket: Bucket,
  bytes: Uint8Array,
  sha256: string,
  { now, shortMs, lockMs }: Terms,
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
    return await put(shortMs);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return put(lockMs);
  }
}

/** '' while its bytes and its lock are as they were. */
export async function harmTo({ bucket, version, sha256, untilMs }: CanaryVersion): Promise<string> {
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

/** Also what was put on top of it, and whether or not it is there itself. */
export async function removeAll(bucket: Bucket, version: Version): Promise<string> {
  await holdVersion(bucket, version, false).catch(() => undefined);
  let left = '';
  try {
    for (const one of (await historyOf(bucket, version.Key)).versions) {
      await deleteVersion(bucket, one).catch((error: unknown) => void (left ||= saidIn(error)));
    }
  } catch (error) {
    left = saidIn(error);
  }
  return left;
}

function saidIn(error: unknown): string {
  if (error instanceof Fault) return error.message;
  throw error;
}

/** What may not be removed stays, and is tried again tomorrow: a lifecycle rule of the bucket ends it. */
export async function removeLeftOver(bucket: Bucket, now: number): Promise<void> {
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
