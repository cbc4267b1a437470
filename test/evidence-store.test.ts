import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { openEvidenceStore, problemOfEvidence } from '../src/evidence-store.ts';
import { createLog } from '../src/log.ts';
import { probes } from '../src/probes.ts';
import { bucketStores } from './support/bucket-store.ts';
import { startFakeS3 } from './support/fake-s3/server.ts';

const BYTES = Buffer.from('what the agent had in memory');
const BUCKET = { EVIDENCE_STORE: 's3', EVIDENCE_S3_BUCKET: 'evidence' };

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'cordon-evidence-'))));
afterEach(() => rm(home, { recursive: true, force: true }));

const configOf = (env: Record<string, string>) => readConfig({ CORDON_HOME: home, ...env });
const open = (env: Record<string, string>) =>
  openEvidenceStore(configOf(env), createLog('silent', 'test'));

/** Settings for a bucket that is there while the test runs. */
async function reachableBucket() {
  const s3 = await startFakeS3(Date.now);
  const { credentialsFile, stop } = await bucketStores();
  onTestFinished(async () => {
    await stop();
    await s3.stop();
  });
  const EVIDENCE_S3_CREDENTIALS_FILE = credentialsFile;
  const env = { ...BUCKET, EVIDENCE_S3_ENDPOINT: s3.endpoint, EVIDENCE_S3_CREDENTIALS_FILE };
  return { s3, env };
}

describe('the evidence store that is configured', () => {
  it('is a directory below the home, unless told otherwise', async () => {
    const store = await open({});
    const { sha256 } = await store.put(BYTES, 'text/plain');
    const path = join(home, 'evidence', 'objects', 'sha256', sha256.slice(0, 2), sha256);
    expect((await stat(path)).size).toBe(BYTES.length);
    expect(store.trial).toMatchObject({ kind: 'local-directory', claims: false });
  });

  it('is a directory that claims to enforce where the immutable flag is asked for', async () => {
    const { trial } = await open({ EVIDENCE_IMMUTABLE: 'on' });
    expect(trial).toMatchObject({ kind: 'local-directory', claims: true });
  });

  it('is a bucket, whose objects are locked for the days that are configured', async () => {
    const { s3, env } = await reachableBucket();
    const store = await open({ ...env, EVIDENCE_S3_PREFIX: 'a/b/', EVIDENCE_S3_LOCK_DAYS: '2' });
    await store.put(BYTES, 'text/plain');
    const [kept] = s3.bucket.kept;
    expect(kept?.key).toMatch(/^a\/b\/objects\/sha256\//);
    const days = ((kept?.lock?.untilMs ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(1.99);
    expect(days).toBeLessThan(2.01);
    await store.close();
  });

  it('opens without its bucket, which may be away', async () => {
    const env = { ...BUCKET, EVIDENCE_S3_ENDPOINT: 'http://127.0.0.1:1' };
    await (await open(env)).close();
  });

  it.each<[string, Record<string, string>]>([
    ['a bucket that has no name', { EVIDENCE_STORE: 's3' }],
    ['a bucket for a directory', { EVIDENCE_S3_BUCKET: 'evidence' }],
    ['an endpoint for a directory', { EVIDENCE_S3_ENDPOINT: 'https://s3.example' }],
    ['an immutable bucket', { ...BUCKET, EVIDENCE_IMMUTABLE: 'on' }],
    ['no such store', { EVIDENCE_STORE: 'tape' }],
    ['an endpoint that is none', { ...BUCKET, EVIDENCE_S3_ENDPOINT: 's3.example' }],
    ['secrets in the URL', { ...BUCKET, EVIDENCE_S3_ENDPOINT: 'https://a:b@s3.example' }],
    ['no days', { ...BUCKET, EVIDENCE_S3_LOCK_DAYS: '0' }],
  ])('is refused with %s', async (_what, env) => {
    const opening = Promise.resolve().then(() => open(env));
    await expect(opening).rejects.toThrow(expect.objectContaining({ code: 'bad_config' }));
  });
});

describe('the probe for the evidence store', () => {
  const probe = async (env: Record<string, string>) =>
    (await probes({ CORDON_HOME: home, PATH: '', ...env })).find(({ name }) => name === 'evidence');

  it('names the directory, or the bucket when it is there and locks', async () => {
    expect(await probe({})).toMatchObject({ verdict: 'ok', detail: join(home, 'evidence') });
    const { env } = await reachableBucket();
    const detail = 'bucket evidence, with Object Lock';
    expect(await probe(env)).toMatchObject({ verdict: 'ok', detail });
  });

  it('fails where settings contradict each other, or the bucket is not there', async () => {
    expect(await probe({ EVIDENCE_STORE: 's3' })).toMatchObject({ verdict: 'fail' });
    const away = { ...BUCKET, EVIDENCE_S3_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await probe(away)).toMatchObject({ verdict: 'fail', next: expect.stringMatching(/S3/) });
  });

  it('says of a bucket what is wrong with it', async () => {
    const { s3, env } = await reachableBucket();
    s3.trouble = 'answers_500';
    expect(await problemOfEvidence(configOf(env))).toBe(
      'the evidence store cannot be used: InternalError (500)',
    );
  });
});
