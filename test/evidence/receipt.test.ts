import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { EvidenceReceipt, evidenceReceiptSchema } from '../../src/domain/evidence-receipt.ts';
import { Fault } from '../../src/domain/fault.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { checkReceipt, receiptFor } from '../../src/evidence/receipt.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { bytesOf, captureOf, keepCapture } from './captures.ts';
import { type Kept, kept } from './kept.ts';

const MEMORY = sha256Hex(bytesOf('memory'));

// The compiler, and no run, finds a receipt that was written by hand.
expectTypeOf<z.input<typeof evidenceReceiptSchema>>().not.toExtend<EvidenceReceipt>();

let on: Kept;

beforeEach(async () => {
  on = await kept();
});

afterEach(() => on.remove());

describe('a receipt', () => {
  it('says what was kept and where that is signed', async () => {
    const { incident_id, snapshot_id, artifacts } = captureOf();
    expect(await receiptFor(on.manifest, on)).toEqual({
      incident_id,
      snapshot_id,
      manifest: on.manifest,
      artifacts: artifacts.length,
      gaps: 1,
    });
  });

  it.each([
    ['an object was changed', () => on.flip(MEMORY, 0), /memory.zst.age/],
    ['an object was removed', () => on.lose(MEMORY), /memory.zst.age/],
    ['the manifest was changed', () => on.flip(on.manifest.sha256, 9), /manifest/],
    ['the manifest was removed', () => on.lose(on.manifest.sha256), /manifest/],
  ])('is not made when %s', async (_what, meddle, where) => {
    await meddle();
    const refusal = receiptFor(on.manifest, on);
    await expect(refusal).rejects.toThrow(where);
    await expect(refusal).rejects.toMatchObject({ code: 'evidence_unproven', retryable: false });
  });

  it('is not made of a manifest by another key', async () => {
    const { publicKey } = loadSigningKey(generateSigningKeyPem());
    const refusal = receiptFor(on.manifest, { store: on.store, key: publicKey });
    await expect(refusal).rejects.toMatchObject({ code: 'evidence_unproven' });
  });

  it('may be tried for again while the store cannot answer', async () => {
    const down = new Fault('evidence_store_unavailable', 'EIO', { retryable: true });
    const store = { ...on.store, get: () => Promise.reject(down) };
    await expect(receiptFor(on.manifest, { store, key: on.key })).rejects.toBe(down);
  });
});

describe('checking a receipt', () => {
  it('believes it after it crossed a wire, and gives the manifest', async () => {
    const receipt = await receiptFor(on.manifest, on);
    const verdict = await checkReceipt(JSON.parse(JSON.stringify(receipt)), on);
    expect(verdict).toEqual({ valid: true, receipt, expired: [], manifest: captureOf() });
  });

  it.each([
    ['an object was changed since', () => on.flip(MEMORY, 0), 'corrupt'],
    ['an object was removed since', () => on.lose(MEMORY), 'missing'],
    ['the manifest was changed since', () => on.flip(on.manifest.sha256, 9), 'corrupt'],
    ['the manifest was removed since', () => on.lose(on.manifest.sha256), 'missing'],
  ])('refuses it when %s', async (_what, meddle, reason) => {
    const receipt = await receiptFor(on.manifest, on);
    await meddle();
    expect(await checkReceipt(receipt, on)).toMatchObject({ valid: false, reason });
  });

  it('refuses it under another key', async () => {
    const receipt = await receiptFor(on.manifest, on);
    const { publicKey } = loadSigningKey(generateSigningKeyPem());
    const verdict = await checkReceipt(receipt, { store: on.store, key: publicKey });
    expect(verdict).toMatchObject({ valid: false, reason: 'foreign_key' });
  });

  it.each([
    ['of another incident', { incident_id: 'INC-20260101-120000-deadbeef' }],
    ['of another snapshot', { snapshot_id: 'another' }],
    ['of more artifacts', { artifacts: 8 }],
    ['of fewer gaps', { gaps: 0 }],
  ])('refuses one that says it is %s', async (_what, changes) => {
    const receipt = await receiptFor(on.manifest, on);
    const verdict = await checkReceipt({ ...receipt, ...changes }, on);
    expect(verdict).toMatchObject({ valid: false, reason: 'other_manifest' });
  });

  it('refuses one whose manifest is that of another capture', async () => {
    const receipt = await receiptFor(on.manifest, on);
    const other = { ...captureOf(), incident_id: 'INC-20260101-120000-deadbeef' };
    const manifest = await keepCapture(on.store, on.signingKey, other);
    const verdict = await checkReceipt({ ...receipt, manifest }, on);
    expect(verdict).toMatchObject({ valid: false, reason: 'other_manifest' });
  });

  it.each([null, 'receipt', {}, { manifest: MEMORY }])('refuses %j', async (given) => {
    const verdict = await checkReceipt(given, on);
    expect(verdict).toMatchObject({ valid: false, reason: 'malformed_receipt' });
  });
});
