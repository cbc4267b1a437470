import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { manifestText, parseManifest } from '../../src/evidence/bag.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { signTombstone, TOMBSTONE_MEDIA_TYPE } from '../../src/evidence/tombstone.ts';
import { boot, TOOL_CALL_BURST, type Booted } from '../shim/boot.ts';
import { ada, captured, day, instant } from '../support/keeping.ts';
import { cordon, scratch } from './surroundings.ts';

let shim: Booted;
let id = '';
let memory: EvidenceRef;
let tombstone: EvidenceRef;
let bag = '';

/** An incident whose memory has expired, while its logs are still there. */
beforeAll(async () => {
  shim = await boot();
  const { ledger, store } = shim;
  ({ id } = await shim.report(TOOL_CALL_BURST));
  memory = await store.put(Buffer.from('memory'), 'application/age');
  const logs = await store.put(Buffer.from('logs'), 'application/zstd');
  await captured(ledger, id, { memory, logs });
  const { sha256, size } = memory;
  const dates = { until: instant(day(30)), marked_at: instant(day(31)) };
  const grave = { sha256, size, ...dates, removable_at: instant(day(32)) };
  const bytes = signTombstone({ ...grave, reason: 'retention_over' }, shim.signingKey);
  tombstone = await store.put(bytes, TOMBSTONE_MEDIA_TYPE);
  await ledger.expiry.mark([{ sha256, until_ms: day(30), tombstone }], day(31), ada());
  await ledger.expiry.decide(day(31), day(32), { after: '', limit: 9 }, ada());
  await store.remove(sha256);
  await ledger.expiry.gone([sha256], day(32), ada());
});
afterAll(() => shim.stop());

beforeEach(async () => {
  bag = join(scratch(), 'bag');
  const token = join(shim.home, 'token');
  writeFileSync(token, shim.tokens.admin);
  const where = ['--url', shim.url, '--token-file', token];
  const { out } = await cordon(['export', id, '--bag', bag, ...where], {
    roots: { evidence: async () => shim.store },
  });
  expect(out).toContain(`Expired, with their tombstones: ${memory.sha256}`);
});

const verify = () => cordon(['bundle', 'verify', bag]);

/** Makes the manifests say what is there now, as whoever changed it would. */
function relist(): void {
  const name = 'tagmanifest-sha256.txt';
  const listed = parseManifest(readFileSync(join(bag, name), 'utf8')) ?? [];
  const files = listed.map(({ path }) => {
    return { path, sha256: sha256Hex(readFileSync(join(bag, path))) };
  });
  writeFileSync(join(bag, name), manifestText(files));
}

describe('a bag of an incident of which evidence has expired', () => {
  it('verifies, and says what has expired apart from what is missing', async () => {
    const { code, out } = await verify();
    expect(code).toBe(0);
    expect(out).toContain(`${memory.sha256} has expired: its tombstone is here`);
    expect(out).not.toContain(`without the evidence ${memory.sha256}`);
    const info = readFileSync(join(bag, 'bag-info.txt'), 'utf8');
    expect(info).toContain(`Cordon-Evidence-Expired: ${memory.sha256}\n`);
  });

  it('holds the tombstone, by the digest that the bundle names', () => {
    const bytes = readFileSync(join(bag, 'data/evidence', tombstone.sha256));
    expect(sha256Hex(bytes)).toBe(tombstone.sha256);
  });

  it('is refused where it says so of what has not expired', async () => {
    const info = join(bag, 'bag-info.txt');
    const text = readFileSync(info, 'utf8');
    writeFileSync(info, `${text}Cordon-Evidence-Expired: ${tombstone.sha256}\n`);
    relist();
    expect((await verify()).out).toContain('not_expired');
  });

  it('is refused without the tombstone', async () => {
    rmSync(join(bag, 'data/evidence', tombstone.sha256));
    expect((await verify()).code).toBe(1);
  });
});
