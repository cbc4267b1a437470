import {
  GetObjectRetentionCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { Fault } from '../../../domain/fault.ts';
import type { Bucket } from './bucket.ts';
import { answerOf, reached } from './faults.ts';
import type { Version } from './versions.ts';

const SECOND_MS = 1000;

/** Some services keep no fractions of a second: rounded up, so that none is lost. Epoch milliseconds. */
export function lockDate(untilMs: number): Date {
  return new Date(Math.ceil(untilMs / SECOND_MS) * SECOND_MS);
}

/** Until when the version is under COMPLIANCE, in epoch milliseconds; null where it is not. */
export async function lockedUntil(bucket: Bucket, version: Version): Promise<number | null> {
  const command = new GetObjectRetentionCommand({ ...of(bucket), ...version });
  try {
    const { Retention } = await bucket.client.send(command);
    if (Retention?.Mode !== 'COMPLIANCE') return null;
    return Retention.RetainUntilDate?.getTime() ?? null;
  } catch (error) {
    // NoSuchObjectLockConfiguration (404): the version, or the whole bucket, has no lock.
    if (answerOf(error)?.status === 404) return null;
    throw error;
  }
}

/** Locks the version until then, and never for a shorter time than it already is. */
export async function extendLock(bucket: Bucket, version: Version, untilMs: number): Promise<void> {
  const date = lockDate(untilMs);
  await reached(async () => {
    const now = await lockedUntil(bucket, version);
    if (now !== null && now >= date.getTime()) return;
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: date } as const;
    await bucket.client.send(
      new PutObjectRetentionCommand({ ...of(bucket), ...version, Retention }),
    );
  });
}

/** Fault `evidence_unlocked` where the version could be removed before that instant. */
export async function requireLocked(
  bucket: Bucket,
  version: Version,
  untilMs: number,
): Promise<void> {
  const locked = await reached(() => lockedUntil(bucket, version));
  if (locked !== null && locked >= untilMs) return;
  throw unlocked(`the bucket does not keep ${version.Key} locked for as long as it was told to`);
}

export function unlocked(message: string): Fault {
  return new Fault('evidence_unlocked', message, { retryable: false });
}

export async function holdVersion(bucket: Bucket, version: Version, held: boolean): Promise<void> {
  const LegalHold = { Status: held ? 'ON' : 'OFF' } as const;
  const command = new PutObjectLegalHoldCommand({ ...of(bucket), ...version, LegalHold });
  await reached(() => bucket.client.send(command));
}

function of({ bucket }: Bucket) {
  return { Bucket: bucket };
}
