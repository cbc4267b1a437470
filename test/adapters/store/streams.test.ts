import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import type { EvidenceStore } from '../../../src/domain/evidence.ts';
import { sha256Hex } from '../../../src/evidence/digest.ts';
import { faultOf as fault, flipped, inChunks } from '../../support/evidence-bytes.ts';

const MEDIA_TYPE = 'application/zstd';
const BYTES = Buffer.alloc(700_001, 'a page of memory');
const DIGEST = sha256Hex(BYTES);

/** 400 MB through the disk and two digests, on a machine that does other things as well. */
const WHILE_OTHERS_WORK_MS = 60_000;

let root: string;
let store: EvidenceStore;

const objectPath = () => join(root, 'objects', 'sha256', DIGEST.slice(0, 2), DIGEST);
const stage = () => readdir(join(root, 'stage'));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordon-store-'));
  store = await openLocalDirectory({ root, now: () => Date.UTC(2026, 0, 1) });
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('putting a stream of evidence', () => {
  it('keeps one object of the same bytes, however they came', async () => {
    await store.put(BYTES, MEDIA_TYPE);
    const { ino } = await stat(objectPath());
    await store.putStream(inChunks(BYTES, 4096), MEDIA_TYPE);
    await store.put(BYTES, MEDIA_TYPE);
    expect(await stat(objectPath())).toMatchObject({ ino, nlink: 1 });
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
});

describe('reading a stream of evidence', () => {
  beforeEach(() => store.put(BYTES, MEDIA_TYPE));

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

  it('misses what was removed', async () => {
    await rm(objectPath());
    const reading = all(store.read(DIGEST));
    await expect(reading).rejects.toThrow(fault('evidence_missing', false));
  });

  it('refuses what is no address', () => {
    expect(() => store.read('../../etc/passwd')).toThrow(fault('bad_evidence_ref', false));
  });
});

it(
  'takes 200 MB and gives them back within 100 MB of memory',
  async () => {
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
  },
  WHILE_OTHERS_WORK_MS,
);

async function overwrite(bytes: Uint8Array): Promise<void> {
  await chmod(objectPath(), 0o644);
  await writeFile(objectPath(), bytes);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}
