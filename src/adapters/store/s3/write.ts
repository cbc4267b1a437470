import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { available } from '../available.ts';
import type { Bucket } from './bucket.ts';
import { answerOf, unavailable } from './faults.ts';
import { lockDate, unlocked } from './lock.ts';
import type { Version } from './versions.ts';

/** What is to be kept: bytes at hand, or a file of which only parts are held at a time. */
export type Content = { bytes: Uint8Array } | { path: string; size: number };

export interface Order {
  key: string;
  sha256: string;
  /** Epoch milliseconds. */
  untilMs: number;
  /** Even where the key is taken, as another version. */
  beside: boolean;
}

const PART_BYTES = 8 * 1024 * 1024;
/** Amazon S3 quotas: no upload has more. */
const MOST_PARTS = 10_000;
/** Of a part, which are held in memory while they travel. */
const PARTS_AT_ONCE = 2;

/**
 * Writes one version under COMPLIANCE, and gives it back; null where the key is taken. Faults:
 * `evidence_store_unavailable`, `evidence_unlocked` where the bucket takes no lock or keeps no versions.
 */
export async function writeVersion(
  bucket: Bucket,
  content: Content,
  order: Order,
): Promise<Version | null> {
  try {
    const VersionId = await write(bucket, content, order);
    if (VersionId !== undefined && VersionId !== 'null') return { Key: order.key, VersionId };
  } catch (error) {
    const answer = answerOf(error);
    // 412: the key is taken. 409: somebody else is just taking it.
    if (answer?.status === 412 || answer?.status === 409) return null;
    if (answer?.words.startsWith('InvalidRequest')) {
      throw unlocked(`the bucket does not take evidence with a lock: ${answer.words}`);
    }
    throw unavailable(error);
  }
  throw unlocked('the bucket keeps no versions');
}

async function write(bucket: Bucket, content: Content, order: Order): Promise<string | undefined> {
  if ('bytes' in content) return writeWhole(bucket, content.bytes, order);
  const { path, size } = content;
  if (size > PART_BYTES) return writeInParts(bucket, path, size, order);
  return writeWhole(bucket, await available(() => readFile(path)), order);
}

async function writeWhole(bucket: Bucket, Body: Uint8Array, order: Order) {
  const ChecksumSHA256 = Buffer.from(order.sha256, 'hex').toString('base64');
  const command = new PutObjectCommand({ ...termsOf(bucket, order), Body, ChecksumSHA256 });
  return (await bucket.client.send(command)).VersionId;
}

/** A checksum of SHA-256 is of each part here: the whole is vouched for when it is read back. */
async function writeInParts(bucket: Bucket, path: string, size: number, order: Order) {
  const Body = createReadStream(path);
  const upload = new Upload({
    client: bucket.client,
    params: { ...termsOf(bucket, order), Body, ChecksumAlgorithm: 'SHA256' },
    partSize: Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS)),
    queueSize: PARTS_AT_ONCE,
  });
  try {
    return (await upload.done()).VersionId;
  } finally {
    Body.destroy();
  }
}

function termsOf({ bucket }: Bucket, { key, untilMs, beside }: Order) {
  return {
    Bucket: bucket,
    Key: key,
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: lockDate(untilMs),
    ...(beside ? {} : { IfNoneMatch: '*' }),
  } as const;
}
