import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tryStore } from '../../../../src/adapters/store/canary.ts';
import { bucketProblem } from '../../../../src/adapters/store/s3/examine.ts';
import { sha256Hex } from '../../../../src/evidence/digest.ts';
import { bucketStores, DAY_MS } from '../../../support/bucket-store.ts';
import { faultOf } from '../../../support/evidence-bytes.ts';
import { keepsTheContract } from '../../../support/evidence-store-contract.ts';
import { type ObjectLockServer, startVersitygw } from '../../../support/versitygw.ts';

const BYTES = Buffer.from('what the agent had in memory');
const DIGEST = sha256Hex(BYTES);
const RETAINED = faultOf('evidence_retained', false);
/** The server has a clock of its own, so this is waited for; all attempts must be made before, on a busy machine too. */
const LOCK_MS = 8_000;

let server: ObjectLockServer;
let stores: Awaited<ReturnType<typeof bucketStores>>;
let buckets = 0;

beforeAll(async () => {
  server = await startVersitygw(inject('versitygw'));
  stores = await bucketStores();
});
afterAll(async () => {
  await stores.stop();
  await server.stop();
});

/** Nothing can be removed from one that was used, so each gets its own. */
async function fresh() {
  const bucket = `evidence-${(buckets += 1)}`;
  await server.makeBucket(bucket);
  const { endpoint } = server;
  const pace = {
    lockMs: LOCK_MS,
    wait: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
  };
  const reopen = () => stores.open({ bucket, endpoint, pace });
  return { bucket, reopen, store: await reopen(), stage: stores.stage };
}

describe('a real bucket with Object Lock', () => {
  keepsTheContract(fresh);
});

describe('evidence in a real bucket', () => {
  it('stays where it is, whoever wants it gone', async () => {
    const { store } = await fresh();
    await store.put(BYTES, 'text/plain');
    await store.keepUntil(DIGEST, Date.now() + 90 * DAY_MS);
    await store.keepUntil(DIGEST, Date.now() + 40 * DAY_MS);
    await store.setLegalHold(DIGEST, true);
    await expect(store.remove(DIGEST)).rejects.toThrow(RETAINED);
    await store.setLegalHold(DIGEST, false);
    await expect(store.remove(DIGEST)).rejects.toThrow(RETAINED);
    expect(await store.get(DIGEST)).toEqual(BYTES);
  });

  it('is not hidden by a delete marker, which is told', async () => {
    const { bucket, store } = await fresh();
    await store.put(BYTES, 'text/plain');
    const Key = `objects/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`;
    await server.client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    expect(await store.get(DIGEST)).toEqual(BYTES);
    expect(stores.alarms).toContainEqual({ sha256: DIGEST, versions: 1, markers: 1 });
  });
});

describe('a bucket without Object Lock', () => {
  it('is refused by doctor, and takes no evidence', async () => {
    await server.makeBucket('plain', { locked: false });
    const { endpoint } = server;
    const options = { endpoint, bucket: 'plain', region: '', prefix: '' };
    const { credentialsFile } = stores;
    expect(await bucketProblem({ ...options, credentialsFile })).toMatch(/no Object Lock|NotFound/);
    const store = await stores.open(options);
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(
      faultOf('evidence_unlocked', false),
    );
  });
});

describe('the canary in a real bucket', () => {
  // versitygw 1.8.0 looks at no hold of an object whose lock is over: `checkObject` in auth/object_lock.go.
  it('finds that this server forgets a hold when the lock is over, and refuses the rest', async () => {
    const { store } = await fresh();
    const verdict = await tryStore(store.trial, Date.now, new AbortController().signal);
    expect(verdict.tried.filter(({ refused }) => !refused)).toEqual([
      { attempt: 'delete_under_hold', refused: false, detail: expect.stringContaining('did it') },
    ]);
    expect(verdict.tried).toHaveLength(8);
    expect(verdict).toMatchObject({ store: 's3-object-lock', enforcing: false, not_tried: [] });
  });
});
