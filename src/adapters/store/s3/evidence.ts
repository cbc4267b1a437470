import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { Fault } from '../../../domain/fault.ts';
import type { Address } from '../address.ts';
import { drain, verified } from '../chunks.ts';
import type { Bucket } from './bucket.ts';
import { answerOf, unavailable } from './faults.ts';
import { extendLock, requireLocked } from './lock.ts';
import { bytesOf, type History, historyOf, missing, type Version } from './versions.ts';
import { type Content, writeVersion } from './write.ts';

/** Told of what nobody who keeps evidence does: it removes none, and it is no accident. */
export type Alarm = (finding: { sha256: string; versions: number; markers: number }) => void;

export function keyOf({ prefix }: Bucket, sha256: string): string {
  return `${prefix}objects/sha256/${sha256.slice(0, 2)}/${sha256}`;
}

/** The version that is the evidence, locked until then at least: the one that is there, or one that is written now. */
export async function keepEvidence(
  bucket: Bucket,
  { sha256, size }: Required<Address>,
  content: Content,
  untilMs: number,
  alarm: Alarm,
): Promise<void> {
  const order = { key: keyOf(bucket, sha256), sha256, untilMs };
  const written = await writeVersion(bucket, content, { ...order, beside: false });
  const version =
    written ??
    (await keptBefore(bucket, sha256, alarm)) ??
    (await writeVersion(bucket, content, { ...order, beside: true }));
  if (version === null) throw takenByAnother();
  if (written === null) await extendLock(bucket, version, untilMs);
  await confirm(bucket, version, { sha256, size }, untilMs);
}

/** By what the bucket says of it, and by every byte. */
async function confirm(
  bucket: Bucket,
  version: Version,
  address: Required<Address>,
  untilMs: number,
): Promise<void> {
  const size = await sizeOf(bucket, version);
  if (size !== address.size) {
    const message = `the bucket has ${size} of the ${address.size} bytes of ${version.Key}`;
    throw new Fault('evidence_corrupt', message, { retryable: false });
  }
  await requireLocked(bucket, version, untilMs);
  await drain(verified(bytesOf(bucket, version), address));
}

async function sizeOf({ client, bucket }: Bucket, version: Version): Promise<number> {
  try {
    const head = new HeadObjectCommand({ Bucket: bucket, ...version });
    return (await client.send(head)).ContentLength ?? 0;
  } catch (error) {
    if (answerOf(error)?.status === 404) throw missing(version.Key);
    throw unavailable(error);
  }
}

/** The evidence as it is read; which version it is was found first. */
export async function* readEvidence(
  bucket: Bucket,
  address: Address,
  alarm: Alarm,
): AsyncGenerator<Uint8Array> {
  const version = await requireVersion(bucket, address.sha256, alarm);
  yield* verified(bytesOf(bucket, version), address);
}

/** Fault `evidence_missing` where no version is there; where none matches, the oldest, which then is found corrupt. */
export async function requireVersion(
  bucket: Bucket,
  sha256: string,
  alarm: Alarm,
): Promise<Version> {
  const key = keyOf(bucket, sha256);
  const history = await historyOf(bucket, key);
  const [oldest, ...others] = history.versions;
  if (oldest === undefined) throw missing(key);
  tellOdd(history, sha256, alarm);
  if (others.length === 0) return oldest;
  return (await firstMatching(bucket, history, sha256)) ?? oldest;
}

/** null where the key was taken by something else, which must not keep the evidence out. */
async function keptBefore(bucket: Bucket, sha256: string, alarm: Alarm): Promise<Version | null> {
  const history = await historyOf(bucket, keyOf(bucket, sha256));
  if (history.versions.length === 0) throw takenByAnother();
  const version = await firstMatching(bucket, history, sha256);
  if (version === null) tell(history, sha256, alarm);
  else tellOdd(history, sha256, alarm);
  return version;
}

/** Lock or no lock, anybody who may write can put another version on top: the oldest that is the evidence counts. */
async function firstMatching(
  bucket: Bucket,
  { versions }: History,
  sha256: string,
): Promise<Version | null> {
  for (const version of versions) {
    if (await matches(bucket, version, sha256)) return version;
  }
  return null;
}

async function matches(bucket: Bucket, version: Version, sha256: string): Promise<boolean> {
  try {
    await drain(verified(bytesOf(bucket, version), { sha256 }));
    return true;
  } catch (error) {
    if (error instanceof Fault && !error.retryable) return false;
    throw error;
  }
}

function tellOdd(history: History, sha256: string, alarm: Alarm): void {
  if (history.versions.length > 1 || history.markers.length > 0) tell(history, sha256, alarm);
}

function tell({ versions, markers }: History, sha256: string, alarm: Alarm): void {
  alarm({ sha256, versions: versions.length, markers: markers.length });
}

/** Two that keep the same at the same time: the one that comes back later finds it kept. */
function takenByAnother(): Fault {
  const message = 'the evidence store cannot be used: another writer is at the same key';
  return new Fault('evidence_store_unavailable', message, { retryable: true });
}
