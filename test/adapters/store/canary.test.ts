import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest';
import { tryStore } from '../../../src/adapters/store/canary.ts';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import type { Trial } from '../../../src/adapters/store/trial.ts';
import type { StoreVerdict } from '../../../src/domain/store-verdict.ts';
import { bucketStores } from '../../support/bucket-store.ts';
import { faultOf } from '../../support/evidence-bytes.ts';
import { type FakeS3, startFakeS3 } from '../../support/fake-s3/server.ts';
import type { Lie } from '../../support/fake-s3/versioned-bucket.ts';

const ATTEMPTS = [
  'write_again',
  'overwrite',
  'delete',
  'delete_with_bypass',
  'shorten',
  'shorten_with_bypass',
  'weaken_mode',
  'delete_under_hold',
];
const NEVER = new AbortController().signal;

let now = Date.UTC(2026, 0, 1);
const clock = () => now;
const verdictOf = (trial: Trial, stopping = NEVER) => tryStore(trial, clock, stopping);
const allowedIn = ({ tried }: StoreVerdict) =>
  tried.filter(({ refused }) => !refused).map(({ attempt }) => attempt);

describe('the canary in a bucket', () => {
  let s3: FakeS3;
  let stores: Awaited<ReturnType<typeof bucketStores>>;
  let trial: Trial;
  /** The time goes by at once. */
  const pace = {
    lockMs: 60_000,
    wait: async (ms: number, stopping: AbortSignal) => {
      stopping.throwIfAborted();
      now += ms;
    },
  };

  beforeAll(async () => {
    s3 = await startFakeS3(clock);
    stores = await bucketStores();
    ({ trial } = await stores.open({ endpoint: s3.endpoint, now: clock, pace }));
  });
  afterAll(async () => {
    await stores.stop();
    await s3.stop();
  });
  afterEach(() => s3.reset());

  it('finds that everything is refused, and leaves nothing behind', async () => {
    const verdict = await verdictOf(trial);
    expect(verdict).toMatchObject({ store: 's3-object-lock', enforcing: true, not_tried: [] });
    expect(verdict.tried.map(({ attempt }) => attempt)).toEqual(ATTEMPTS);
    expect(allowedIn(verdict)).toEqual([]);
    expect(verdict.at).toBe(new Date(now).toISOString());
    expect(s3.bucket.kept).toEqual([]);
  });

  it.each<[Lie, string]>([
    ['ignores_if_none_match', 'write_again'],
    ['overwrites', 'overwrite'],
    ['alters_below', 'overwrite'],
    ['deletes_with_bypass', 'delete_with_bypass'],
    ['refuses_and_deletes', 'delete'],
    ['shortens', 'shorten'],
    ['shortens_with_bypass', 'shorten_with_bypass'],
    ['weakens_mode', 'weaken_mode'],
    ['forgets_hold', 'delete_under_hold'],
    ['deletes', 'delete'],
    ['keeps_unlocked', 'keep'],
    ['loses', 'keep'],
    ['returns_other_bytes', 'keep'],
  ])('catches one that %s, by the attempt %s', async (lie, attempt) => {
    s3.lie(lie);
    const verdict = await verdictOf(trial);
    expect(verdict.enforcing).toBe(false);
    expect(allowedIn(verdict)).toContain(attempt);
    // What was kept in its place goes with it, unless it is locked.
    expect(s3.bucket.kept.filter(({ lock }) => lock === null && lie !== 'keeps_unlocked')).toEqual(
      [],
    );
    // Who does it without being told to bypass anything does it with that as well; nothing else is blamed.
    expect(allowedIn(verdict).filter((other) => !other.startsWith(attempt))).toEqual([]);
  });

  it.each(['answers_500', 'hangs'] as const)('has no verdict on one that %s', async (trouble) => {
    s3.trouble = trouble;
    const impatient = { endpoint: s3.endpoint, now: clock, pace, idleMs: 150 };
    const { trial: hurried } = await stores.open(impatient);
    await expect(verdictOf(hurried)).rejects.toThrow(faultOf('evidence_store_unavailable', true));
  });

  it('has no verdict on one so slow that the lock is over before everything was tried', async () => {
    const { remove } = s3.bucket;
    onTestFinished(() => void (s3.bucket.remove = remove));
    s3.bucket.remove = (...call) => {
      now += 61_000;
      remove(...call);
    };
    await expect(verdictOf(trial)).rejects.toThrow(faultOf('evidence_store_unavailable', true));
  });

  it('leaves out what takes time when it is to stop, and takes off the hold', async () => {
    const verdict = await verdictOf(trial, AbortSignal.abort());
    expect(verdict.not_tried.map(({ attempt }) => attempt)).toEqual(['delete_under_hold']);
    expect(s3.bucket.kept.map(({ held }) => held)).toEqual([false]);
    now += 2 * 60 * 60 * 1000;
    await verdictOf(trial);
    expect(s3.bucket.kept).toEqual([]);
  });

  it('does not take a refusal for the hold where nothing may be deleted at all', async () => {
    s3.bucket.rules.add('no_deletes');
    const verdict = await verdictOf(trial);
    expect(verdict.enforcing).toBe(true);
    expect(verdict.not_tried).toEqual([
      { attempt: 'delete_under_hold', detail: expect.stringContaining('AccessDenied') },
    ]);
  });

  it('plants one that is locked for long where the bucket takes no other, and says what it skips', async () => {
    s3.bucket.rules.add('no_short_locks');
    const verdict = await verdictOf(trial);
    expect(verdict.enforcing).toBe(true);
    expect(verdict.not_tried).toEqual([
      { attempt: 'delete_under_hold', detail: expect.stringContaining('no lock') },
    ]);
  });
});

describe('the canary in a directory', () => {
  let root: string;
  beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'cordon-canary-'))));
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('finds that its owner may do as he likes, and leaves nothing behind', async () => {
    const { trial } = await openLocalDirectory({ root, now: clock });
    const verdict = await verdictOf(trial);
    expect(verdict).toMatchObject({ store: 'local-directory', enforcing: false });
    expect(verdict.tried).toEqual([
      { attempt: 'write_again', refused: true, detail: 'EEXIST' },
      { attempt: 'overwrite', refused: false, detail: expect.stringMatching(/did it; then/) },
      { attempt: 'alter', refused: false, detail: expect.stringMatching(/did it; then/) },
      { attempt: 'delete', refused: false, detail: expect.stringMatching(/did it; then/) },
    ]);
    expect(await filesIn(join(root, 'canary'))).toEqual([]);
    expect(await readdir(join(root, 'stage'))).toEqual([]);
  });

  it('removes what one before it left that died', async () => {
    const { trial } = await openLocalDirectory({ root, now: clock });
    now = Date.now();
    await trial.plant(Buffer.from('left behind'));
    now += 2 * 60 * 60 * 1000;
    await verdictOf(trial);
    expect(await filesIn(join(root, 'canary'))).toEqual([]);
  });

  it('has no verdict where nothing can be written', async () => {
    const { trial } = await openLocalDirectory({ root, now: clock });
    await rm(join(root, 'stage'), { recursive: true });
    await expect(verdictOf(trial)).rejects.toThrow(faultOf('evidence_store_unavailable', true));
  });
});

async function filesIn(directory: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of await readdir(directory, { recursive: true })) {
    if ((await stat(join(directory, name))).isFile()) files.push(name);
  }
  return files;
}
