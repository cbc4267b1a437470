import { S3Client } from '@aws-sdk/client-s3';
import { fromIni } from '@aws-sdk/credential-provider-ini';

/** A bucket that is reached, and where in it. */
export interface Bucket {
  client: S3Client;
  bucket: string;
  /** '' or `folder/`, before every key. */
  prefix: string;
}

export interface BucketOptions {
  bucket: string;
  /** '' for AWS; else the URL of a compatible service, which is asked with the bucket in the path. */
  endpoint: string;
  /** '' for what the SDK finds. */
  region: string;
  /** '' for the root of the bucket. */
  prefix: string;
  /** An AWS shared credentials file, its default profile; '' for the SDK's standard chain. */
  credentialsFile: string;
  /** How long a connection may do nothing, in milliseconds. */
  idleMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Of one request until its answer begins, the sending of a part included. */
const REQUEST_TIMEOUT_MS = 60_000;
const IDLE_MS = 30_000;
/** Waits between them grow to a second or two; what is longer away is tried again by whoever keeps evidence. */
const MOST_ATTEMPTS = 3;
/** Some services sign for any region, and the SDK insists on one. */
const ANY_REGION = 'us-east-1';

export function reachBucket(options: BucketOptions): Bucket {
  const { bucket, endpoint, region, prefix, credentialsFile, idleMs = IDLE_MS } = options;
  const named = region === '' && endpoint !== '' ? ANY_REGION : region;
  const client = new S3Client({
    ...(named !== '' && { region: named }),
    ...(endpoint !== '' && { endpoint, forcePathStyle: true }),
    ...(credentialsFile !== '' && { credentials: fromIni({ filepath: credentialsFile }) }),
    maxAttempts: MOST_ATTEMPTS,
    // Every byte is hashed by us, on its way in and on its way back.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, idleMs),
      requestTimeout: Math.min(REQUEST_TIMEOUT_MS, idleMs * 2),
      throwOnRequestTimeout: true,
      socketTimeout: idleMs,
    },
  });
  return { client, bucket, prefix: prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/` };
}
