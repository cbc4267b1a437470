import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import type { EvidenceRef, EvidenceStore } from '../../src/domain/evidence.ts';
import { Fault } from '../../src/domain/fault.ts';
import { manifestText, parseManifest } from '../../src/evidence/bag.ts';
import type { EvidenceReading } from '../../src/cli/roots.ts';
import { cordon, scratch } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const ID = 'INC-20260314-120000-00000000';
const CAPTURED = Buffer.from('what was found in memory');

/** A Cordon with one incident, for which an object lies in a real store and another has expired. */
async function withEvidence() {
  const { url, ledger } = await tinyCordon();
  await cordon(['report', 'tool_call_burst', 'many calls', '--url', url]);
  const store = await openLocalDirectory({ root: join(scratch(), 'evidence'), now: Date.now });
  const kept = await store.put(CAPTURED, 'application/json');
  const capture = (ref: EvidenceRef) =>
    ledger.tell(ID, {
      type: 'captured',
      artifacts: [{ collector: 'memory', ...ref }],
      gaps: [],
      reset_count: null,
      receipt: null,
    });
  capture(kept);
  const bag = join(scratch(), 'bag');
  const exporting = (...more: string[]) =>
    cordon(['export', ID, '--bag', bag, '--url', url, ...more], {
      roots: { evidence: async () => store },
    });
  return { url, store, kept, capture, bag, exporting };
}

async function bagged(...more: string[]) {
  const made = await withEvidence();
  expect(await made.exporting(...more)).toMatchObject({ code: 0 });
  return made;
}

/** Makes both manifests say what is there now, as whoever changed it would. */
function relist(bag: string): void {
  for (const name of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
    const listed = parseManifest(readFileSync(join(bag, name), 'utf8')) ?? [];
    const there = listed.filter(({ path }) => existsSync(join(bag, path)));
    const measured = there.map(({ path }) => {
      const hash = createHash('sha256').update(readFileSync(join(bag, path)));
      return { path, sha256: hash.digest('hex') };
    });
    writeFileSync(join(bag, name), manifestText(measured));
  }
}

describe('cordon export --bag', () => {
  it('writes a bag that sha256sum finds to be whole', async () => {
    const { bag, kept } = await bagged();
    for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
      const { status } = spawnSync('sha256sum', ['-c', '--strict', manifest], { cwd: bag });
      expect([manifest, status]).toEqual([manifest, 0]);
    }
    expect(readFileSync(join(bag, 'data/evidence', kept.sha256))).toEqual(CAPTURED);
  });

  it('writes one that verifies, with nothing but itself', async () => {
    const { bag } = await bagged();
    const { code, out } = await cordon(['bundle', 'verify', bag]);
    expect(code).toBe(0);
    expect(out).toMatch(/^valid: a bag of 6 files\nvalid: .*bundle_hash/);
  });

  it('withholds the evidence from whoever is outside', async () => {
    const { bag, kept } = await bagged('--redact', 'full');
    expect(existsSync(join(bag, 'data/evidence', kept.sha256))).toBe(false);
    expect(readFileSync(join(bag, 'bag-info.txt'), 'utf8')).toContain('evidence is withheld');
    expect((await cordon(['bundle', 'verify', bag])).out).toContain('no_leak_markers');
  });

  it('says which evidence the store no longer has', async () => {
    const { bag, capture, exporting } = await withEvidence();
    capture({ sha256: '9'.repeat(64), size: 3, media_type: 'application/json' });
    expect((await exporting()).out).toContain(`Not in the store: ${'9'.repeat(64)}`);
    const { code, out } = await cordon(['bundle', 'verify', bag]);
    expect(code).toBe(0);
    expect(out).toContain(`without the evidence ${'9'.repeat(64)}`);
  });

  it('has it on record who takes which evidence out, and why, before any is read', async () => {
    const { url, store, kept } = await withEvidence();
    const readings: EvidenceReading[] = [];
    await cordon(['export', ID, '--bag', join(scratch(), 'b'), '--url', url, '--reason', 'court'], {
      roots: {
        evidence: async (_env, reading) => {
          readings.push(reading);
          return store;
        },
      },
    });
    const evidence = [kept];
    expect(readings).toEqual([{ incident_id: ID, evidence, reason: 'court', account: 'tester' }]);
  });

  it('writes none where that cannot be put on record', async () => {
    const { url, bag } = await withEvidence();
    const full = new Fault('ledger_unavailable', 'disk full', { retryable: true });
    const ran = await cordon(['export', ID, '--bag', bag, '--url', url], {
      roots: { evidence: () => Promise.reject(full) },
    });
    expect(ran.code).not.toBe(0);
    expect(existsSync(bag)).toBe(false);
  });

  it('never writes over another, and leaves none behind that is not whole', async () => {
    const { bag, exporting } = await bagged();
    expect(await exporting()).toMatchObject({ code: 2 });
    rmSync(bag, { recursive: true });
    const corrupt: Pick<EvidenceStore, 'read'> = {
      read: async function* () {
        yield Buffer.from('half');
        throw new Fault('evidence_corrupt', 'not what was put there', { retryable: false });
      },
    };
    const { url } = await withEvidence();
    const broken = await cordon(['export', ID, '--bag', bag, '--url', url], {
      roots: { evidence: async () => corrupt },
    });
    expect(broken).toMatchObject({ code: 1, err: expect.stringContaining('evidence_corrupt') });
    expect(existsSync(bag)).toBe(false);
  });
});

describe('cordon bundle verify refuses a bag', () => {
  it.each<[string, string, (bag: string, sha256: string) => unknown]>([
    [
      'a changed object',
      'file_changed',
      (bag, sha256) => writeFileSync(join(bag, 'data/evidence', sha256), 'x'),
    ],
    [
      'a changed object that is listed as it is now',
      'bad_oxum',
      (bag, sha256) => (writeFileSync(join(bag, 'data/evidence', sha256), 'x'), relist(bag)),
    ],
    [
      'an object of the same size that is listed as it is now',
      'evidence_foreign',
      (bag, sha256) => {
        writeFileSync(join(bag, 'data/evidence', sha256), Buffer.alloc(CAPTURED.length));
        relist(bag);
      },
    ],
    ['a missing object', 'file_missing', (bag, s) => rmSync(join(bag, 'data/evidence', s))],
    [
      'a file too many',
      'file_unlisted',
      (bag) => writeFileSync(join(bag, 'data/evidence/more'), ''),
    ],
    [
      'a link in the place of an object',
      'file_changed',
      (bag, sha256) => {
        rmSync(join(bag, 'data/evidence', sha256));
        symlinkSync('/etc/hostname', join(bag, 'data/evidence', sha256));
      },
    ],
    ['no bundle', 'file_missing', (bag) => rmSync(join(bag, 'data/bundle.json'))],
    [
      'a bundle that was changed and listed anew',
      'covered_mismatch',
      (bag) => {
        const file = join(bag, 'data/bundle.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('many calls', 'more calls'));
        relist(bag);
      },
    ],
    ['another version', 'bad_declaration', (bag) => writeFileSync(join(bag, 'bagit.txt'), '0.97')],
    ['no manifest', 'bad_manifest', (bag) => writeFileSync(join(bag, 'manifest-sha256.txt'), '\n')],
    ['no tag manifest', 'bad_manifest', (bag) => rmSync(join(bag, 'tagmanifest-sha256.txt'))],
  ])('with %s', async (_what, reason, change) => {
    const { bag, kept } = await bagged();
    change(bag, kept.sha256);
    const { code, out } = await cordon(['bundle', 'verify', bag, '--json']);
    expect({ code, reason: JSON.parse(out).reason }).toEqual({ code: 1, reason });
  });
});
