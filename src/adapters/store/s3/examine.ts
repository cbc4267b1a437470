import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3';
import { type BucketOptions, reachBucket } from './bucket.ts';
import { reached } from './faults.ts';

/** '' for a bucket that is reached, keeps versions and has Object Lock; else what is wrong. Changes nothing. */
export async function bucketProblem(options: BucketOptions): Promise<string> {
  const { client, bucket: Bucket } = reachBucket(options);
  try {
    return await reached(async () => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
      if (Status !== 'Enabled') return `${Bucket} keeps no versions`;
      const { ObjectLockConfiguration: lock } = await client.send(
        new GetObjectLockConfigurationCommand({ Bucket }),
      );
      return lock?.ObjectLockEnabled === 'Enabled' ? '' : `${Bucket} has no Object Lock`;
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    client.destroy();
  }
}
