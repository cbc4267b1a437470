import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import { createTimestamper } from '../../../src/adapters/timestamp/timestamper.ts';
import { readTrustedCertificates } from '../../../src/adapters/timestamp/trusted-certificates.ts';
import { sha256Hex } from '../../../src/evidence/digest.ts';
import { MANIFEST_MEDIA_TYPE } from '../../../src/evidence/manifest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../../src/evidence/signing-key.ts';
import { stampedBytesOf, TIMESTAMP_MEDIA_TYPE } from '../../../src/evidence/timestamp.ts';
import { bytesOf, captureOf, keepCapture } from '../../evidence/captures.ts';
import { honestly, makeTsa, serveTsa, type Tsa } from '../../support/tsa.ts';

const DOCUMENT = new URL('../../../docs/evidence.md', import.meta.url);
/** The commands run in a moment; a stuck one must not hold the others up. */
const TIMEOUT_MS = 10_000;
/** openssl runs some twenty times for these. */
const SLOWLY = { timeout: 30_000 };

const key = loadSigningKey(generateSigningKeyPem());
const run = promisify(execFile);

let tsa: Tsa;
let root: string;
let manifest: string;
let token: string;
let commands: string;

beforeAll(async () => {
  tsa = await makeTsa();
});

afterAll(() => tsa.remove());

beforeEach(async () => {
  commands = await commandsOf('Check it with stock tools');
  root = await mkdtemp(join(tmpdir(), 'cordon-stranger-'));
  const store = await openLocalDirectory({ root, now: () => 0 });
  manifest = (await keepCapture(store, key)).sha256;
  token = '';
});

afterEach(() => rm(root, { recursive: true, force: true }));

it('lets a stranger verify the signature and every object with the commands of the document', async () => {
  const { stdout } = await check(key.publicKey.pem);
  expect(stdout).toContain('Signature Verified Successfully');
  for (const { stored } of captureOf().artifacts) {
    expect(stdout).toContain(`${pathOf(stored.sha256)}: OK`);
  }
});

it('tells a stranger that a foreign key signed it', async () => {
  const foreign = loadSigningKey(generateSigningKeyPem());
  await expect(check(foreign.publicKey.pem)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('Signature Verification Failure'),
  });
});

it('tells a stranger that an object was changed', async () => {
  const digest = sha256Hex(bytesOf('memory'));
  await overwrite(digest, 'what memory shoved');
  await expect(check(key.publicKey.pem)).rejects.toMatchObject({
    stdout: expect.stringContaining(`${pathOf(digest)}: FAILED`),
  });
});

it('tells a stranger that an object was removed', async () => {
  const digest = sha256Hex(bytesOf('tmpfs'));
  await rm(join(root, pathOf(digest)));
  await expect(check(key.publicKey.pem)).rejects.toMatchObject({
    stdout: expect.stringContaining(`${pathOf(digest)}: FAILED open or read`),
  });
});

it('tells a stranger that the statement was changed, also where the manifest got a new name', async () => {
  const changed = withAnotherHost(await readFile(join(root, pathOf(manifest)), 'utf8'));
  const store = await openLocalDirectory({ root, now: () => 0 });
  manifest = (await store.put(Buffer.from(changed), MANIFEST_MEDIA_TYPE)).sha256;
  await expect(check(key.publicKey.pem)).rejects.toMatchObject({
    stdout: expect.stringContaining('Signature Verification Failure'),
  });
});

it(
  'lets a stranger verify the time of a manifest, by the word of the authority alone',
  SLOWLY,
  async () => {
    await stamp(manifest);
    const { stdout } = await check(key.publicKey.pem);
    expect(stdout).toMatch(/^Time stamp: .* GMT$/m);
    expect(stdout).toContain('Verification: OK');
  },
);

it('tells a stranger that a token is of another manifest', SLOWLY, async () => {
  const store = await openLocalDirectory({ root, now: () => 0 });
  const other = await keepCapture(store, key, { ...captureOf(), snapshot_id: 'another' });
  await stamp(other.sha256);
  await expect(check(key.publicKey.pem)).rejects.toMatchObject({
    stderr: expect.stringContaining('message imprint mismatch'),
  });
});

it('tells a stranger that a token is by an authority that he does not trust', SLOWLY, async () => {
  await stamp(manifest);
  const strange = await makeTsa();
  try {
    await expect(check(key.publicKey.pem, strange)).rejects.toMatchObject({
      stderr: expect.stringContaining('certificate verify error'),
    });
  } finally {
    strange.remove();
  }
});

async function stamp(sha256: string): Promise<void> {
  const store = await openLocalDirectory({ root, now: () => 0 });
  const server = await serveTsa(honestly(tsa));
  const certificates = readTrustedCertificates(tsa.root);
  const timestamper = createTimestamper({ url: server.url, certificates });
  try {
    const bytes = stampedBytesOf(await store.get(sha256)) ?? new Uint8Array();
    const stamped = await timestamper.stamp(bytes);
    token = (await store.put(stamped.token, TIMESTAMP_MEDIA_TYPE)).sha256;
  } finally {
    await timestamper.close();
    await server.stop();
  }
}

async function check(pem: string, by: Tsa = tsa): Promise<{ stdout: string; stderr: string }> {
  const keyFile = join(root, 'signing.pub.pem');
  await writeFile(keyFile, pem);
  const tsaFile = join(by.directory, 'root.crt');
  const digests = { MANIFEST: manifest, ...(token !== '' && { TOKEN: token, TSA: tsaFile }) };
  const env = { PATH: process.env['PATH'], KEY: keyFile, ...digests };
  return run('sh', ['-c', commands], { cwd: root, env, timeout: TIMEOUT_MS });
}

/** The one block of shell in that section. */
async function commandsOf(section: string): Promise<string> {
  const text = (await readFile(DOCUMENT, 'utf8')).split(`## ${section}\n`)[1] ?? '';
  const block = /^```sh\n(.*?)^```$/ms.exec(text.split(/^## /m)[0] ?? '')?.[1];
  if (block === undefined) throw new Error(`no commands under ${section}`);
  return block;
}

function withAnotherHost(bundle: string): string {
  const { payload } = JSON.parse(bundle).dsseEnvelope;
  const statement = Buffer.from(payload, 'base64').toString().replaceAll('web-1', 'web-2');
  return bundle.replace(payload, Buffer.from(statement).toString('base64'));
}

async function overwrite(digest: string, text: string): Promise<void> {
  await chmod(join(root, pathOf(digest)), 0o644);
  await writeFile(join(root, pathOf(digest)), text);
}

function pathOf(digest: string): string {
  return join('objects', 'sha256', digest.slice(0, 2), digest);
}
