import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectLockOptions, openObjectLock } from '../../src/adapters/store/s3/object-lock.ts';

/** Of nobody: the servers of the tests take them, and live as long as the tests. */
export const CREDENTIALS = { accessKeyId: 'cordon', secretAccessKey: 'no-secret-of-anybody' };

export const LOCK_DAYS = 30;
export const DAY_MS = 24 * 60 * 60 * 1000;

type Changes = Partial<ObjectLockOptions> & { endpoint: string };

/** Opens stores in buckets, with a stage and credentials in a directory that `stop` removes. */
export async function bucketStores() {
  const home = await mkdtemp(join(tmpdir(), 'cordon-bucket-'));
  const stage = join(home, 'stage');
  const credentialsFile = join(home, 'credentials');
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  await writeFile(
    credentialsFile,
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    { mode: 0o600 },
  );
  const alarms: object[] = [];
  const opened: { close(): Promise<void> }[] = [];
  return {
    stage,
    credentialsFile,
    alarms,
    open: async (changes: Changes) => {
      const store = await openObjectLock({
        ...{ bucket: 'evidence', region: '', prefix: '', credentialsFile, stage },
        ...{ lockDays: LOCK_DAYS, alarm: (finding) => alarms.push(finding), now: Date.now },
        ...changes,
      });
      opened.push(store);
      return store;
    },
    stop: async () => {
      for (const store of opened) await store.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
