import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceRef, EvidenceStore } from '../../src/domain/evidence.ts';
import { Fault } from '../../src/domain/fault.ts';
import { COLLECTORS, type Collector } from '../../src/domain/host-capture.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { verifyCustody } from '../../src/evidence/verify-custody.ts';
import { bytesOf, captureOf, keepCapture } from './captures.ts';
import { type Kept, kept } from './kept.ts';

const digestOf = (collector: Collector) => sha256Hex(bytesOf(collector));

let on: Kept;

beforeEach(async () => {
  on = await kept();
});

afterEach(() => on.remove());

const walk = (store: Pick<EvidenceStore, 'get' | 'read'> = on.store) =>
  verifyCustody([on.manifest], { store, key: on.key });

describe('walking the manifests', () => {
  it('misses nothing where nothing was touched, and says how much it looked at', async () => {
    const bytes = COLLECTORS.reduce((sum, name) => sum + bytesOf(name).length, on.manifest.size);
    expect(await walk()).toEqual({
      manifests: 1,
      artifacts: COLLECTORS.length,
      bytes,
      misses: [],
      expired: [],
    });
  });

  it.each(COLLECTORS)('finds one changed byte in what %s brought, wherever it is', async (name) => {
    const sha256 = digestOf(name);
    for (const at of [0, bytesOf(name).length - 1]) {
      await on.flip(sha256, at);
      const { misses } = await walk();
      expect(misses).toMatchObject([
        {
          manifest: on.manifest.sha256,
          name: expect.stringContaining(name),
          sha256,
          reason: 'corrupt',
        },
      ]);
      await on.flip(sha256, at);
    }
    expect((await walk()).misses).toEqual([]);
  });

  it.each(COLLECTORS)('finds that what %s brought was removed', async (name) => {
    await on.lose(digestOf(name));
    expect((await walk()).misses).toMatchObject([{ sha256: digestOf(name), reason: 'missing' }]);
  });

  it('finds one changed byte in the manifest, wherever it is', async () => {
    const { sha256, size } = on.manifest;
    for (const at of [0, Math.floor(size / 2), size - 1]) {
      await on.flip(sha256, at);
      expect((await walk()).misses).toMatchObject([{ name: '', sha256, reason: 'corrupt' }]);
      await on.flip(sha256, at);
    }
  });

  it('finds that the manifest was removed, and says nothing of its objects', async () => {
    await on.lose(on.manifest.sha256);
    const { artifacts, misses } = await walk();
    expect(artifacts).toBe(0);
    expect(misses).toMatchObject([{ name: '', sha256: on.manifest.sha256, reason: 'missing' }]);
  });

  it('names every object that is lost, and goes on to the next manifest', async () => {
    const other = await keepCapture(on.store, on.signingKey, {
      ...captureOf(),
      snapshot_id: 'another',
    });
    await on.lose(digestOf('memory'));
    await on.flip(digestOf('logs'), 3);
    const { manifests, misses } = await verifyCustody(inTurn(on.manifest, other), on);
    expect(manifests).toBe(2);
    expect(misses.map(({ manifest, reason }) => [manifest, reason])).toEqual([
      [on.manifest.sha256, 'missing'],
      [on.manifest.sha256, 'corrupt'],
      [other.sha256, 'missing'],
      [other.sha256, 'corrupt'],
    ]);
  });

  it('refuses a manifest by another key, and one that is something else', async () => {
    const foreign = await keepCapture(on.store, loadSigningKey(generateSigningKeyPem()));
    const other = await on.store.put(Buffer.from('{}\n'), 'application/json');
    const { misses } = await verifyCustody([foreign, other], on);
    expect(misses.map(({ reason }) => reason)).toEqual(['foreign_key', 'malformed']);
  });

  it('refuses a size that the manifest lies about', async () => {
    const [first, ...others] = captureOf().artifacts;
    if (!first) throw new RangeError('no artifact');
    const lying = captureOf([{ ...first, stored: { ...first.stored, size: 1 } }, ...others]);
    const manifest = await keepCapture(on.store, on.signingKey, lying);
    const { misses } = await verifyCustody([manifest], on);
    expect(misses).toMatchObject([{ name: first.name, reason: 'corrupt' }]);
  });

  it('refuses what no manifest is as large as, without reading it', async () => {
    const { misses } = await verifyCustody([{ ...on.manifest, size: 2 ** 40 }], on);
    expect(misses).toMatchObject([{ name: '', reason: 'malformed' }]);
  });
});

describe('a store that lies', () => {
  it('is found where it gives other bytes for an object', async () => {
    const read = () => on.store.read(digestOf('network'));
    const { misses } = await walk({ ...on.store, read });
    expect(misses.map(({ reason }) => reason)).toEqual(
      Array(COLLECTORS.length - 1).fill('corrupt'),
    );
  });

  it('is found where it gives another manifest, even one that we signed', async () => {
    const other = await keepCapture(on.store, on.signingKey, { ...captureOf(), gaps: [] });
    const { misses } = await walk({ ...on.store, get: () => on.store.get(other) });
    expect(misses).toMatchObject([{ name: '', reason: 'corrupt' }]);
  });
});

it('throws where the store cannot answer: that is no loss', async () => {
  const down = new Fault('evidence_store_unavailable', 'EIO', { retryable: true });
  const get = () => Promise.reject(down);
  await expect(walk({ ...on.store, get })).rejects.toBe(down);
});

async function* inTurn(...refs: EvidenceRef[]): AsyncGenerator<EvidenceRef> {
  yield* refs;
}
