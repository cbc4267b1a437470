import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { Fault } from '../../../domain/fault.ts';
import type { Bucket } from './bucket.ts';
import { answerOf, reached, unavailable } from './faults.ts';

/** The names are the SDK's, so that one is part of a request as it is. */
export interface Version {
  Key: string;
  VersionId: string;
}

/** Everything that a key has ever meant and still may. */
export interface History {
  /** Objects, the oldest first. */
  versions: (Version & { atMs: number })[];
  /** Delete markers: they hide a key from those who ask without a version, and remove nothing. */
  markers: Version[];
}

/** Nobody has reason to put more on one key; what comes after is not looked at. */
const MOST_PAGES = 10;

export async function historyOf(bucket: Bucket, key: string): Promise<History> {
  const { versions, markers } = await historyUnder(bucket, key, MOST_PAGES);
  const isOfKey = ({ Key }: Version) => Key === key;
  return { versions: versions.filter(isOfKey), markers: markers.filter(isOfKey) };
}

/** The versions of all keys that begin so, as far as so many pages go. */
export async function historyUnder(
  { client, bucket }: Bucket,
  prefix: string,
  mostPages: number,
): Promise<History> {
  const history: History = { versions: [], markers: [] };
  let marker = {};
  for (let page = 0; page < mostPages; page += 1) {
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker });
    const answer = await reached(() => client.send(command));
    add(history, answer);
    if (answer.IsTruncated !== true) break;
    marker = { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker };
  }
  // Listed the newest first, and of one second in any order that then stays.
  return { ...history, versions: history.versions.toReversed().toSorted(byAge) };
}

function add(history: History, { Versions, DeleteMarkers }: ListObjectVersionsCommandOutput): void {
  for (const { Key, VersionId, LastModified } of Versions ?? []) {
    if (Key === undefined || VersionId === undefined) continue;
    history.versions.push({ Key, VersionId, atMs: LastModified?.getTime() ?? 0 });
  }
  for (const { Key, VersionId } of DeleteMarkers ?? []) {
    if (Key !== undefined && VersionId !== undefined) history.markers.push({ Key, VersionId });
  }
}

function byAge(one: { atMs: number }, other: { atMs: number }): number {
  return one.atMs - other.atMs;
}

/** The bytes of one version as they come, unverified. Faults: `evidence_missing`, `evidence_store_unavailable`. */
export async function* bytesOf(
  { client, bucket }: Bucket,
  { Key, VersionId }: Version,
): AsyncGenerator<Uint8Array> {
  const command = new GetObjectCommand({ Bucket: bucket, Key, VersionId });
  try {
    const { Body } = await client.send(command);
    if (!(Body instanceof Readable)) return;
    for await (const chunk of Body) yield chunk;
  } catch (error) {
    if (answerOf(error)?.status === 404) throw missing(Key);
    throw unavailable(error);
  }
}

export function missing(key: string): Fault {
  return new Fault('evidence_missing', `no evidence at ${key}`, { retryable: false });
}

/** Harmless where it is gone. Fault `evidence_retained` where it does not go. */
export async function deleteVersion(
  { client, bucket }: Bucket,
  { Key, VersionId }: Version,
): Promise<void> {
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  } catch (error) {
    const answer = answerOf(error);
    if (answer?.status === 404) return;
    if (answer === null) throw unavailable(error);
    const message = `the bucket keeps ${Key}: ${answer.words}`;
    throw new Fault('evidence_retained', message, { retryable: false });
  }
}
