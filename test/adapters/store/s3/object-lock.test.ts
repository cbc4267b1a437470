import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TriedStore } from '../../../../src/adapters/store/trial.ts';
import { sha256Hex } from '../../../../src/evidence/digest.ts';
import { bucketStores, DAY_MS, LOCK_DAYS } from '../../../support/bucket-store.ts';
import { faultOf, inChunks } from '../../../support/evidence-bytes.ts';
import { keepsTheContract } from '../../../support/evidence-store-contract.ts';
import { type FakeS3, startFakeS3 } from '../../../support/fake-s3/server.ts';
import type { Kept } from '../../../support/fake-s3/versioned-bucket.ts';

const BYTES = Buffer.from('what the agent had in memory');
const DIGEST = sha256Hex(BYTES);
const KEY = `objects/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`;
/** No answer for so long is none. */
const IDLE_MS = 150;

let now = Date.UTC(2026, 0, 1);
const clock = () => now;
let s3: FakeS3;
let stores: Awaited<ReturnType<typeof bucketStores>>;

beforeAll(async () => {
  s3 = await startFakeS3(clock);
  stores = await bucketStores();
});
afterAll(async () => {
  await stores.stop();
  await s3.stop();
});
afterEach(() => {
  s3.reset();
  stores.alarms.length = 0;
});

const open = (changes = {}) => stores.open({ endpoint: s3.endpoint, now: clock, ...changes });

describe('a bucket with Object Lock', () => {
  keepsTheContract(async () => ({
    store: await open(),
    reopen: () => open(),
    stage: stores.stage,
  }));
});

describe('evidence in a bucket', () => {
  let store: TriedStore;
  beforeEach(async () => void (store = await open()));

  it('is one version of its digest, under COMPLIANCE for as long as is configured', async () => {
    await store.put(BYTES, 'text/plain');
    await store.put(BYTES, 'text/plain');
    const lock = { mode: 'COMPLIANCE', untilMs: now + LOCK_DAYS * DAY_MS };
    expect(s3.bucket.kept).toEqual([expect.objectContaining({ key: KEY, bytes: BYTES, lock })]);
  });

  it('is found below the prefix', async () => {
    const below = await stores.open({ endpoint: s3.endpoint, now: clock, prefix: 'host-a' });
    expect(await below.get(await below.put(BYTES, 'text/plain'))).toEqual(BYTES);
    expect(only().key).toBe(`host-a/${KEY}`);
  });

  it('is locked anew when it is kept once more, later', async () => {
    await store.put(BYTES, 'text/plain');
    now += DAY_MS;
    await store.put(BYTES, 'text/plain');
    expect(only().lock?.untilMs).toBe(now + LOCK_DAYS * DAY_MS);
  });

  it('is not counted as kept before it was read back', async () => {
    s3.lie('loses');
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(
      faultOf('evidence_missing', false),
    );
    s3.reset();
    s3.lie('returns_other_bytes');
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(
      faultOf('evidence_corrupt', false),
    );
  });

  it('is not counted as kept where the bucket forgets the lock', async () => {
    s3.lie('keeps_unlocked');
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(
      faultOf('evidence_unlocked', false),
    );
  });

  it('is not hidden by a delete marker, which is told', async () => {
    await store.put(BYTES, 'text/plain');
    s3.bucket.remove(KEY, null, false);
    expect(await store.get(DIGEST)).toEqual(BYTES);
    expect(stores.alarms).toEqual([{ sha256: DIGEST, versions: 1, markers: 1 }]);
  });

  it.each(['above', 'below'])(
    'is not hidden by another version %s it, which is told',
    async (at) => {
      await store.put(BYTES, 'text/plain');
      const { key } = s3.bucket.put(KEY, Buffer.from('forged'), { lock: null, onlyNew: false });
      if (at === 'below') s3.bucket.kept.reverse();
      expect(key).toBe(KEY);
      expect(await store.get(DIGEST)).toEqual(BYTES);
      expect(stores.alarms).toEqual([{ sha256: DIGEST, versions: 2, markers: 0 }]);
    },
  );

  it('is kept beside what somebody else put on its key before', async () => {
    s3.bucket.put(KEY, Buffer.from('forged'), { lock: null, onlyNew: false });
    await store.putStream(inChunks(BYTES, 5), 'text/plain');
    expect(await store.get(DIGEST)).toEqual(BYTES);
    expect(stores.alarms[0]).toEqual({ sha256: DIGEST, versions: 1, markers: 0 });
  });

  it('is not written beside that of another writer who is just as far', async () => {
    s3.bucket.rules.add('busy');
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(
      faultOf('evidence_store_unavailable', true),
    );
    expect(s3.bucket.kept).toEqual([]);
  });

  it('is found corrupt where no version is what was put', async () => {
    await store.put(BYTES, 'text/plain');
    only().bytes = Buffer.from('what the agent had in memorY');
    await expect(store.get(DIGEST)).rejects.toThrow(faultOf('evidence_corrupt', false));
  });
});

describe('how long a bucket keeps evidence', () => {
  let store: TriedStore;
  beforeEach(async () => {
    store = await open();
    await store.put(BYTES, 'text/plain');
  });

  it('is only ever extended', async () => {
    await store.keepUntil(DIGEST, now + 90 * DAY_MS);
    await store.keepUntil(DIGEST, now + 40 * DAY_MS);
    expect(only().lock).toEqual({ mode: 'COMPLIANCE', untilMs: now + 90 * DAY_MS });
  });

  it('has no answer for what is not there', async () => {
    const missing = faultOf('evidence_missing', false);
    const digest = sha256Hex('never kept');
    await expect(store.keepUntil(digest, now)).rejects.toThrow(missing);
    await expect(store.setLegalHold(digest, true)).rejects.toThrow(missing);
  });

  it('holds against its removal, then the hold does, and then it goes with all its versions', async () => {
    await expect(store.remove(DIGEST)).rejects.toThrow(faultOf('evidence_retained', false));
    expect(await store.get(DIGEST)).toEqual(BYTES);
    await store.setLegalHold(DIGEST, true);
    now += LOCK_DAYS * DAY_MS + 1_000;
    await expect(store.remove(DIGEST)).rejects.toThrow(faultOf('evidence_retained', false));
    await store.setLegalHold(DIGEST, false);
    s3.bucket.remove(KEY, null, false);
    await store.remove(DIGEST);
    expect(s3.bucket.kept).toEqual([]);
    await store.remove(DIGEST);
  });
});

describe('a bucket that does not answer', () => {
  const unavailable = faultOf('evidence_store_unavailable', true);

  it.each(['answers_500', 'hangs'] as const)(
    'is unavailable, for now, when it %s',
    async (trouble) => {
      const store = await open({ idleMs: IDLE_MS });
      s3.trouble = trouble;
      await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(unavailable);
      await expect(store.putStream(inChunks(BYTES, 5), 'text/plain')).rejects.toThrow(unavailable);
      await expect(store.get(DIGEST)).rejects.toThrow(unavailable);
    },
  );

  it('is unavailable, for now, when it stops in the middle of the bytes', async () => {
    await (await open()).put(BYTES, 'text/plain');
    s3.trouble = 'stalls_in_the_body';
    const store = await open({ idleMs: IDLE_MS });
    await expect(store.get(DIGEST)).rejects.toThrow(unavailable);
  });

  it('is unavailable, for now, when nobody listens', async () => {
    const store = await stores.open({ endpoint: 'http://127.0.0.1:1', now: clock });
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(unavailable);
  });

  it('names neither people nor keys in what it tells', async () => {
    const store = await open();
    await store.put(BYTES, 'text/plain');
    const error: unknown = await store.remove(DIGEST).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ message: expect.stringContaining('AccessDenied (403)') });
    expect(JSON.stringify([error, String(error)])).not.toContain('arn:');
  });
});

function only(): Kept {
  const [kept, ...others] = s3.bucket.kept;
  if (kept === undefined || others.length > 0) throw new Error(`${others.length} others`);
  return kept;
}
