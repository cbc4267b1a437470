import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { freePorts } from '../../src/free-ports.ts';
import { eventually } from './eventually.ts';

const ACCESS_KEY = 'cordon';
const SECRET_KEY = 'no-secret-of-anybody';

export interface ObjectLockServer {
  endpoint: string;
  /** An AWS shared credentials file. */
  credentialsFile: string;
  /** As its administrator. */
  client: S3Client;
  /** Makes a bucket with versions and Object Lock. */
  makeBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** A real S3 server with Object Lock on a free port, whose buckets are in a directory that goes with it. */
export async function startVersitygw(command: string): Promise<ObjectLockServer> {
  const home = await mkdtemp(join(tmpdir(), 'cordon-s3-'));
  const [buckets, versions] = [join(home, 'buckets'), join(home, 'versions')];
  await Promise.all([mkdir(buckets), mkdir(versions)]);
  const credentialsFile = join(home, 'credentials');
  await writeFile(credentialsFile, credentialsText(), { mode: 0o600 });
  const [port] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(
    command,
    ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--versioning-dir', versions, buckets],
    {
      env: { ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY },
      stdio: 'ignore',
    },
  );
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
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
    credentialsFile,
    client,
    makeBucket: (name) => makeBucket(client, name),
    stop,
  };
}

async function makeBucket(client: S3Client, Bucket: string): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

function credentialsText(): string {
  return `[default]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n`;
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await gone;
}
