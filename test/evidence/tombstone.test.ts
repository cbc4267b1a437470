import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import type { Tombstone } from '../../src/domain/tombstone.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { checkReceipt, receiptFor } from '../../src/evidence/receipt.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { signTombstone, TOMBSTONE_MEDIA_TYPE } from '../../src/evidence/tombstone.ts';
import { verifyCustody } from '../../src/evidence/verify-custody.ts';
import { bytesOf, captureOf, keepCapture } from './captures.ts';
import { type Kept, kept } from './kept.ts';

const MEMORY = sha256Hex(bytesOf('memory'));
const LOGS = sha256Hex(bytesOf('logs'));

/** Of the memory of the capture, which was to be kept until 31 January. */
const TOMBSTONE: Tombstone = {
  sha256: MEMORY,
  size: bytesOf('memory').length,
  until: '2026-01-31T12:00:00.000Z',
  marked_at: '2026-02-01T00:00:00.000Z',
  removable_at: '2026-02-02T00:00:00.000Z',
  reason: 'retention_over',
};

let on: Kept;
beforeEach(async () => void (on = await kept()));
afterEach(() => on.remove());

const put = (tombstone: Tombstone, key = on.signingKey) =>
  on.store.put(signTombstone(tombstone, key), TOMBSTONE_MEDIA_TYPE);
const walk = (named: Record<string, EvidenceRef>) =>
  verifyCustody([on.manifest], { ...on, tombstoneOf: async (sha256) => named[sha256] ?? null });

describe('an object that is gone', () => {
  it('has expired where its tombstone is valid: the manifest still verifies, and says so', async () => {
    await on.lose(MEMORY);
    const tombstone = await put(TOMBSTONE);
    const report = await walk({ [MEMORY]: tombstone });
    const { until } = TOMBSTONE;
    expect(report.misses).toEqual([]);
    expect(report.expired).toMatchObject([
      { manifest: on.manifest.sha256, sha256: MEMORY, until, tombstone },
    ]);
  });

  it('leaves the receipt of its capture valid', async () => {
    const receipt = await receiptFor(on.manifest, on);
    await on.lose(MEMORY);
    const tombstone = await put(TOMBSTONE);
    expect(await checkReceipt(receipt, on)).toMatchObject({ valid: false, reason: 'missing' });
    const means = { ...on, tombstoneOf: async () => tombstone };
    const verdict = await checkReceipt(receipt, means);
    expect(verdict).toMatchObject({ valid: true, expired: [{ sha256: MEMORY, tombstone }] });
  });

  it('is missing where the tombstone is of another object', async () => {
    await on.lose(LOGS);
    const report = await walk({ [LOGS]: await put(TOMBSTONE) });
    expect(report.misses).toMatchObject([{ sha256: LOGS, reason: 'missing' }]);
    expect(report.misses[0]?.detail).toContain('of another object');
  });

  it('is missing where the tombstone is of before its time', async () => {
    await on.lose(MEMORY);
    const early = { ...TOMBSTONE, until: '2026-01-30T12:00:00.000Z' };
    const { misses } = await walk({ [MEMORY]: await put(early) });
    expect(misses[0]?.detail).toContain('before its time');
  });

  it('is missing where evidence has the tombstone that only memory may have by then', async () => {
    await on.lose(LOGS);
    const { misses } = await walk({ [LOGS]: await put({ ...TOMBSTONE, sha256: LOGS }) });
    expect(misses).toMatchObject([{ sha256: LOGS, reason: 'missing' }]);
  });

  it('is missing where another key has signed, and where the tombstone itself is gone', async () => {
    await on.lose(MEMORY);
    const foreign = await put(TOMBSTONE, loadSigningKey(generateSigningKeyPem()));
    expect((await walk({ [MEMORY]: foreign })).misses[0]?.detail).toContain('refused');
    const lost = await put(TOMBSTONE);
    await on.lose(lost.sha256);
    expect((await walk({ [MEMORY]: lost })).misses[0]?.detail).toContain('is missing');
  });

  it.each([0, 60, 200])('is missing where byte %i of the tombstone was changed', async (byte) => {
    await on.lose(MEMORY);
    const tombstone = await put(TOMBSTONE);
    await on.flip(tombstone.sha256, byte);
    expect((await walk({ [MEMORY]: tombstone })).misses).toMatchObject([{ reason: 'missing' }]);
  });
});

describe('an object that was changed', () => {
  it('is corrupt, whatever tombstone there is', async () => {
    await on.flip(MEMORY, 0);
    const { misses } = await walk({ [MEMORY]: await put(TOMBSTONE) });
    expect(misses).toMatchObject([{ sha256: MEMORY, reason: 'corrupt' }]);
  });
});

describe('a tombstone', () => {
  it.each([
    ['was marked before its time was over', { until: '2026-02-01T00:00:00.001Z' }],
    ['could go at once', { removable_at: TOMBSTONE.marked_at }],
  ])('is not signed where it %s', (what, change) => {
    expect(() => signTombstone({ ...TOMBSTONE, ...change }, on.signingKey)).toThrow(what);
  });

  it('excuses nothing of a manifest that says nothing of retention', async () => {
    const undated = { ...captureOf(), snapshot_id: 'undated', retention: null };
    const manifest = await keepCapture(on.store, on.signingKey, undated);
    await on.lose(MEMORY);
    const tombstone = await put(TOMBSTONE);
    const means = { ...on, tombstoneOf: async () => tombstone };
    const { misses } = await verifyCustody([manifest], means);
    expect(misses[0]?.detail).toContain('for ever');
  });
});
