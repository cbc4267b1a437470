import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import type { CustodyReport } from '../../src/evidence/verify-custody.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import type { LedgerVerdict } from '../../src/cli/roots.ts';
import { cordon, scratch } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

async function exported(): Promise<string> {
  const { url } = await tinyCordon();
  await cordon(['report', 'tool_call_burst', 'drill of an export', '--url', url]);
  const file = join(scratch(), 'bundle.json');
  expect((await cordon(['export', '-o', file, '--url', url])).code).toBe(0);
  return file;
}

describe('cordon export', () => {
  it('writes a file for its owner alone, and never over another', async () => {
    const { url } = await tinyCordon();
    const file = join(scratch(), 'bundle.json');
    const first = await cordon(['export', '-o', file, '--json', '--url', url]);
    expect(JSON.parse(first.out)).toMatchObject({ file, size: statSync(file).size });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = await cordon(['export', '-o', file, '--url', url]);
    expect(second).toMatchObject({ code: 2, out: '' });
  });
});

describe('cordon bundle verify', () => {
  it('accepts an exported bundle, and warns that the key is only its own', async () => {
    const { code, out } = await cordon(['bundle', 'verify', await exported()]);
    expect(code).toBe(0);
    expect(out).toMatch(/^valid: .*bundle_hash/);
    expect(out).toContain('anyone could have made');
  });

  it('exits 1 for a changed byte, naming what is wrong', async () => {
    const file = await exported();
    writeFileSync(file, readFileSync(file, 'utf8').replace('an export', 'an exp0rt'));
    const { code, out, err } = await cordon(['bundle', 'verify', file, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ valid: false });
    expect(JSON.parse(err)).toMatchObject({ code: 'bundle_invalid' });
  });

  it('exits 1 for another key than the one given, and for a wrong service token', async () => {
    const file = await exported();
    const key = join(scratch(), 'key.pem');
    writeFileSync(key, loadSigningKey(generateSigningKeyPem()).publicKey.pem);
    expect((await cordon(['bundle', 'verify', file, '--key', key])).code).toBe(1);
    const token = join(scratch(), 'token');
    writeFileSync(token, 'service\n');
    const withToken = ['bundle', 'verify', file, '--service-token-file', token];
    expect((await cordon(withToken)).out).toContain('service_signature');
    writeFileSync(token, 'not the service token');
    expect((await cordon(withToken)).code).toBe(1);
  });

  it('exits 2 for a file that is not there', async () => {
    expect((await cordon(['bundle', 'verify', '/nonexistent'])).code).toBe(2);
  });
});

describe('cordon evidence verify', () => {
  const verifying = (misses: CustodyReport['misses']) =>
    cordon(['evidence', 'verify'], {
      roots: {
        verifyEvidence: async () => ({
          ...{ manifests: 2, artifacts: 5, bytes: 700, misses, expired: [] },
          timestamps: { verified: 1, unchecked: 0 },
        }),
      },
    });

  it('exits 0 with what it has read where everything is as it was kept', async () => {
    const { code, out } = await verifying([]);
    expect([code, out]).toEqual([
      0,
      'valid: 2 manifests, 5 artifacts, 700 bytes\ntime: 1 stamped, 1 local only\n',
    ]);
  });

  it('exits 1 and names what is lost, and by which manifest it is missed', async () => {
    const [manifest, sha256] = ['b'.repeat(64), 'a'.repeat(64)];
    const lost = { manifest, name: '1-memory', sha256, reason: 'missing', detail: 'gone' } as const;
    const { code, out, err } = await verifying([lost]);
    expect(code).toBe(1);
    expect(out).toContain(`missing: 1-memory (${sha256}) of manifest ${manifest}: gone`);
    expect(err).toContain('evidence_lost');
  });
});

function verifyLedger(verdict: LedgerVerdict) {
  return cordon(['ledger', 'verify'], { roots: { verifyLedger: async () => verdict } });
}

describe('cordon ledger verify', () => {
  it('exits 0 with the head of a ledger that holds', async () => {
    const head = { seq: 12, hash: 'ab'.repeat(32) };
    const { code, out } = await verifyLedger({ valid: true, count: 12, incidents: 3, head });
    expect(code).toBe(0);
    expect(out).toBe(`valid: 12 entries, 3 incidents, head 12 ${head.hash}\n`);
  });

  it.each([
    [{ at_seq: 7 }, 'changed at entry 7: because'],
    [{ incident_id: 'INC-1' }, 'changed at INC-1: because'],
  ])('exits 1 and says which entry or incident is wrong', async (place, line) => {
    const { code, out, err } = await verifyLedger({
      valid: false,
      reason: 'changed',
      detail: 'because',
      ...place,
    });
    expect({ code, out }).toEqual({ code: 1, out: `${line}\n` });
    expect(err).toContain('[ledger_broken]');
  });
});

describe('cordon policy check', () => {
  it('accepts every file that Cordon ships', async () => {
    const { code } = await cordon(['policy', 'check', join(SHIPPED_POLICY, 'recovery.yaml')]);
    expect(code).toBe(0);
  });

  it('exits 1 with file, line and reason, as editors read them', async () => {
    const file = join(scratch(), 'escalation.yaml');
    writeFileSync(file, 'version: 1\nwindows:\n  prompt_injection:\n    threshold: many\n');
    const { code, out, err } = await cordon(['policy', 'check', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/escalation\.yaml:\d+: .*threshold/);
    expect(err).toContain('[invalid_policy]');
  });
});
