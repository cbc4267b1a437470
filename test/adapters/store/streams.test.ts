import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import type { EvidenceStore } from '../../../src/domain/evidence.ts';
import { sha256Hex } from '../../../src/evidence/digest.ts';

const MEDIA_TYPE = 'application/zstd';
const BYTES = Buffer.alloc(700_001, 'a page of memory');
const DIGEST = sha256Hex(BYTES);

let root: string;
let store: EvidenceStore;

const objectPath = () => join(root, 'objects', 'sha256', DIGEST.slice(0, 2), DIGEST);
const stage = () => readdir(join(root, 'stage'));
const fault = (code: string, retryable: boolean) =>
  expect.objectContaining({ name: 'Fault', code, retryable });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordon-store-'));
  store = await openLocalDirectory({ root, now: () => Date.UTC(2026, 0, 1) });
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('putting a stream of evidence', () => {
  it.each([1_000_000, 65_536, 1000])('keeps its bytes in order, %d at a time', async (size) => {
    const ref = await store.putStream(inChunks(BYTES, size), MEDIA_TYPE);
    expect(ref).toEqual({ sha256: DIGEST, size: BYTES.length, media_type: MEDIA_TYPE });
    expect(BYTES.equals(await readFile(objectPath()))).toBe(true);
    expect((await stat(objectPath())).mode & 0o777).toBe(0o444);
    expect(await stage()).toEqual([]);
  });

  it('keeps one object of the same bytes, however they came', async () => {
    await store.put(BYTES, MEDIA_TYPE);
    const { ino } = await stat(objectPath());
    await store.putStream(inChunks(BYTES, 4096), MEDIA_TYPE);
    await store.put(BYTES, MEDIA_TYPE);
    expect(await stat(objectPath())).toMatchObject({ ino, nlink: 1 });
  });

  it('keeps a stream of nothing', async () => {
    const ref = await store.putStream(inChunks(Buffer.alloc(0), 1), MEDIA_TYPE);
    expect(ref).toMatchObject({ sha256: sha256Hex(''), size: 0 });
    expect(await store.get(ref)).toHaveLength(0);
  });

  it('throws on what broke the source off, and leaves nothing behind', async () => {
    const broken = Object.assign(new Error('reset by the host'), {
      code: 'ECONNRESET',
      errno: -104,
    });
    const source = async function* () {
      yield BYTES;
      expect(await stage()).toHaveLength(1);
      throw broken;
    };
    await expect(store.putStream(source(), MEDIA_TYPE)).rejects.toBe(broken);
    expect(await stage()).toEqual([]);
    expect(await readdir(join(root, 'objects', 'sha256'))).toEqual([]);
  });

  it('says that the store cannot be used', async () => {
    await rm(join(root, 'stage'), { recursive: true });
    await writeFile(join(root, 'stage'), 'a file where a directory should be');
    const put = store.putStream(inChunks(BYTES, 4096), MEDIA_TYPE);
    await expect(put).rejects.toThrow(fault('evidence_store_unavailable', true));
  });

  it('leaves nothing in the stage when the object cannot be given its name', async () => {
    await writeFile(join(objectPath(), '..'), 'a file where a directory should be');
    const put = store.putStream(inChunks(BYTES, 4096), MEDIA_TYPE);
    await expect(put).rejects.toThrow(fault('evidence_store_unavailable', true));
    expect(await stage()).toEqual([]);
  });

  it('refuses to count a changed object as the one put', async () => {
    await store.putStream(inChunks(BYTES, 4096), MEDIA_TYPE);
    await overwrite(BYTES.subarray(1));
    const again = store.putStream(inChunks(BYTES, 4096), MEDIA_TYPE);
    await expect(again).rejects.toThrow(fault('evidence_corrupt', false));
  });

  it('refuses a media type that no reference can carry, before it takes a byte', async () => {
    let taken = false;
    const source = async function* () {
      taken = true;
      yield BYTES;
    };
    await expect(store.putStream(source(), '')).rejects.toThrow(fault('bad_evidence_ref', false));
    expect(taken).toBe(false);
  });
});

describe('reading a stream of evidence', () => {
  beforeEach(() => store.put(BYTES, MEDIA_TYPE));

  it('gives the bytes in order, and each chunk stays what it was', async () => {
    const chunks = await all(store.read(DIGEST));
    expect(chunks.length).toBeGreaterThan(1);
    expect(BYTES.equals(Buffer.concat(chunks))).toBe(true);
  });

  it.each([
    ['changed', flipped(BYTES, 350_000)],
    ['shortened', BYTES.subarray(0, -1)],
    ['lengthened', Buffer.concat([BYTES, Buffer.from('!')])],
  ])('says behind the last byte that it was %s', async (_what, bytes) => {
    await overwrite(bytes);
    let size = 0;
    const reading = async () => {
      for await (const chunk of store.read(DIGEST)) size += chunk.length;
    };
    await expect(reading()).rejects.toThrow(fault('evidence_corrupt', false));
    expect(size).toBe(bytes.length);
  });

  it('finds a reference that lies about the size', async () => {
    const ref = { sha256: DIGEST, size: 1, media_type: MEDIA_TYPE };
    const reading = all(store.read(ref));
    await expect(reading).rejects.toThrow(fault('evidence_corrupt', false));
  });

  it('misses what was removed', async () => {
    await rm(objectPath());
    const reading = all(store.read(DIGEST));
    await expect(reading).rejects.toThrow(fault('evidence_missing', false));
  });

  it('refuses what is no address', () => {
    expect(() => store.read('../../etc/passwd')).toThrow(fault('bad_evidence_ref', false));
  });
});

it('takes 200 MB and gives them back within 100 MB of memory', async () => {
  const chunk = Buffer.alloc(1_000_000);
  const before = process.memoryUsage().rss;
  let peak = before;
  const source = async function* () {
    for (let index = 0; index < 200; index += 1) {
      peak = Math.max(peak, process.memoryUsage().rss);
      chunk.writeUInt32LE(index);
      yield chunk;
    }
  };
  const ref = await store.putStream(source(), MEDIA_TYPE);
  for await (const read of store.read(ref)) {
    if (read.length > 0) peak = Math.max(peak, process.memoryUsage().rss);
  }
  expect(ref.size).toBe(200_000_000);
  expect(peak - before).toBeLessThan(100_000_000);
});

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

async function overwrite(bytes: Uint8Array): Promise<void> {
  await chmod(objectPath(), 0o644);
  await writeFile(objectPath(), bytes);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}
