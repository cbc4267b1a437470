import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceRetention, EvidenceStore } from '../../src/domain/evidence.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { faultOf, inChunks } from './evidence-bytes.ts';

type Store = EvidenceStore & EvidenceRetention;

/** A store that was just made and holds nothing. */
export interface Fresh {
  store: Store;
  /** The same once more, as another process sees it. */
  reopen(): Promise<Store>;
  /** Where streams wait for their address. */
  stage: string;
}

const BYTES = Buffer.from('what the agent had in memory');
const DIGEST = sha256Hex(BYTES);
/** More than S3 takes in one part, and no multiple of anything. */
const LARGE = Buffer.alloc(9_000_001, 'a page of memory');
const MEDIA_TYPE = 'application/zstd';
const MISSING = faultOf('evidence_missing', false);
const BAD_REF = faultOf('bad_evidence_ref', false);

/** What every store of evidence does, whatever it is made of. */
export function keepsTheContract(make: () => Promise<Fresh>): void {
  let fresh: Fresh;
  let store: Store;
  beforeEach(async () => {
    fresh = await make();
    store = fresh.store;
  });

  describe('putting evidence', () => {
    it('gives its address, and the bytes are found by it', async () => {
      const ref = await store.put(BYTES, 'text/plain');
      expect(ref).toEqual({ sha256: DIGEST, size: BYTES.length, media_type: 'text/plain' });
      expect(await store.get(ref)).toEqual(BYTES);
      expect(await store.get(DIGEST)).toEqual(BYTES);
    });

    it('takes the same bytes again and again, under any media type', async () => {
      await store.put(BYTES, 'text/plain');
      const ref = await store.put(BYTES, MEDIA_TYPE);
      await store.putStream(inChunks(BYTES, 7), MEDIA_TYPE);
      expect(await store.get(ref)).toEqual(BYTES);
    });

    it('keeps them when many put them at once', async () => {
      const other = await fresh.reopen();
      const putting = Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? other : store).put(BYTES, 'text/plain'),
      );
      expect(new Set((await Promise.all(putting)).map(({ sha256 }) => sha256)).size).toBe(1);
      expect(await store.get(DIGEST)).toEqual(BYTES);
    });

    it('keeps nothing as well as something large', async () => {
      for (const bytes of [Buffer.alloc(0), LARGE]) {
        const kept = await store.get(await store.put(bytes, MEDIA_TYPE));
        expect(bytes.equals(kept)).toBe(true);
      }
    });

    it('refuses a media type that no reference can carry', async () => {
      await expect(store.put(BYTES, '')).rejects.toThrow(BAD_REF);
    });
  });

  describe('putting a stream of evidence', () => {
    it.each([
      ['at once', BYTES, 1_000],
      ['bit by bit', BYTES, 3],
      ['in many parts', LARGE, 65_536],
      ['in none', Buffer.alloc(0), 1],
    ])('keeps bytes that come %s, and nothing in the stage', async (_how, bytes, size) => {
      const ref = await store.putStream(inChunks(bytes, size), MEDIA_TYPE);
      expect(ref).toEqual({
        sha256: sha256Hex(bytes),
        size: bytes.length,
        media_type: MEDIA_TYPE,
      });
      expect(bytes.equals(await store.get(ref))).toBe(true);
      expect(await readdir(fresh.stage)).toEqual([]);
    });

    it('throws on what broke the source off, and leaves nothing behind', async () => {
      const broken = Object.assign(new Error('reset'), { code: 'ECONNRESET', errno: -104 });
      const source = async function* () {
        yield BYTES;
        expect(await readdir(fresh.stage)).toHaveLength(1);
        throw broken;
      };
      await expect(store.putStream(source(), MEDIA_TYPE)).rejects.toBe(broken);
      expect(await readdir(fresh.stage)).toEqual([]);
      await expect(store.get(DIGEST)).rejects.toThrow(MISSING);
    });

    it('refuses a media type that no reference can carry, before it takes a byte', async () => {
      let taken = false;
      const source = async function* () {
        taken = true;
        yield BYTES;
      };
      await expect(store.putStream(source(), '')).rejects.toThrow(BAD_REF);
      expect(taken).toBe(false);
    });
  });

  describe('getting evidence', () => {
    it('misses what was never kept', async () => {
      await expect(store.get(DIGEST)).rejects.toThrow(MISSING);
      await expect(drained(store, DIGEST)).rejects.toThrow(MISSING);
    });

    it('gives what another process put, in order and in chunks that stay as they are', async () => {
      const { sha256 } = await (await fresh.reopen()).put(LARGE, MEDIA_TYPE);
      const chunks = await drained(store, sha256);
      expect(chunks.length).toBeGreaterThan(1);
      expect(LARGE.equals(Buffer.concat(chunks))).toBe(true);
    });

    it('finds a reference that lies about the size', async () => {
      const ref = await store.put(BYTES, MEDIA_TYPE);
      const lying = { ...ref, size: 1 };
      await expect(store.get(lying)).rejects.toThrow(faultOf('evidence_corrupt', false));
    });

    it.each(['', '../../etc/passwd', DIGEST.toUpperCase(), `${DIGEST}/..`])(
      'refuses %j as an address',
      async (address) => {
        await expect(store.get(address)).rejects.toThrow(BAD_REF);
        await expect(drained(store, address)).rejects.toThrow(BAD_REF);
        await expect(store.remove(address)).rejects.toThrow(BAD_REF);
      },
    );
  });

  describe('removing evidence', () => {
    it('is harmless for what was never there', async () => {
      await store.remove(DIGEST);
    });
  });
}

async function drained(store: Store, address: string): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(address)) chunks.push(chunk);
  return chunks;
}
