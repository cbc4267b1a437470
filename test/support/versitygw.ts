import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CREDENTIALS } from './bucket-store.ts';
import { eventually } from './eventually.ts';
import { ownPorts } from './own-ports.ts';

export interface ObjectLockServer {
  endpoint: string;
  /** As its administrator. */
  client: S3Client;
  /** Makes a bucket with versions, and with Object Lock unless told otherwise. */
  makeBucket(name: string, how?: { locked: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** A real S3 server with Object Lock on a free port, whose buckets are in a directory that goes with it. */
export async function startVersitygw(command: string): Promise<ObjectLockServer> {
  const home = await mkdtemp(join(tmpdir(), 'cordon-s3-'));
  const [buckets, versions] = [join(home, 'buckets'), join(home, 'versions')];
  await Promise.all([mkdir(buckets), mkdir(versions)]);
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const [port] = await ownPorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(
    command,
    ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--versioning-dir', versions, buckets],
    {
      env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
      stdio: 'ignore',
    },
  );
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: CREDENTIALS,
  });
  const stop = async () => {
    client.destroy();
    await ended(server);
    await rm(home, { recursive: true, force: true });
  };
  try {
    const answers = () =>
      client.send(new ListBucketsCommand({})).then(
        () => true,
        () => false,
      );
    await eventually(answers, (yes) => yes);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    client,
    makeBucket: (name, how = { locked: true }) => makeBucket(client, name, how.locked),
    stop,
  };
}

async function makeBucket(client: S3Client, Bucket: string, locked: boolean): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: locked }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await gone;
}
