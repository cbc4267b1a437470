import { describe, expect, it } from 'vitest';
import type { IncidentBundle } from '../../src/domain/incident-bundle.ts';
import { REDACTIONS } from '../../src/domain/redaction.ts';
import { bundleStatement, coveredBytes, serviceSignature } from '../../src/evidence/bundle-seal.ts';
import { verifyBundle } from '../../src/evidence/bundle.ts';
import { canonicalLine } from '../../src/evidence/canonical.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { signStatement } from '../../src/evidence/statement.ts';
import { later } from '../support/incidents.ts';
import { bundled, KEYS, readBundled, told } from './told.ts';

const FULL = { redaction: REDACTIONS.full };
const trust = { publicKey: KEYS.signingKey.publicKey.pem, serviceToken: KEYS.serviceToken };

/** The bundle after a change by somebody who has our keys: only what it says of itself can tell. */
function resigned(bytes: Uint8Array, change: (bundle: IncidentBundle) => unknown): Uint8Array {
  const bundle = readBundled(bytes);
  change(bundle);
  const covered = coveredBytes(bundle);
  const hash = sha256Hex(covered);
  const signature = serviceSignature(hash, KEYS.serviceToken);
  const statement = signStatement(bundleStatement(bundle, hash, signature), KEYS.signingKey);
  const seal = { covered: covered.toString('base64'), bundle_hash: hash, signature, statement };
  return canonicalLine({ ...bundle, ...seal });
}

describe('the bundle of an incident', () => {
  it('is verified in its five steps', async () => {
    expect(await verifyBundle(bundled(), trust)).toMatchObject({
      valid: true,
      trust: 'given_key',
      checked: expect.arrayContaining([
        'bundle_hash',
        'audit_chain',
        'schema_version',
        'summary_counts',
      ]),
    });
  });

  it('says of a redacted one that its hashes were walked and not recomputed', async () => {
    const verdict = await verifyBundle(bundled(FULL), trust);
    expect(verdict).toMatchObject({
      valid: true,
      checked: expect.arrayContaining(['audit_links', 'no_leak_markers']),
    });
    expect(verdict).not.toMatchObject({ checked: expect.arrayContaining(['audit_chain']) });
  });

  it('counts what it holds', () => {
    const { summary } = readBundled(bundled(FULL));
    expect(summary).toMatchObject({
      incidents: 1,
      audit_entries: 8,
      redacted_entries: 8,
      by_class: { prompt_injection: 1 },
      by_severity: { critical: 1 },
      by_type: { reported: 1, contained: 1, resolved: 1 },
    });
  });

  it('of a part says what was left out', async () => {
    const bytes = bundled({ scope: { subject: {}, categories: [], from: later(1), to: later(2) } });
    const { scope, audit_entries } = readBundled(bytes);
    expect(audit_entries.map(({ at }) => at)).toEqual([later(1), later(2)]);
    expect(scope.left_out).toEqual({ incidents: 0, audit_entries: 6 });
    expect(await verifyBundle(bytes, trust)).toMatchObject({ valid: true });
  });
});

describe('the bundle of an incident is refused', () => {
  it.each<[string, string, (bundle: IncidentBundle) => unknown]>([
    [
      'with an entry more than it counts',
      'chain_broken',
      (b) => b.audit_entries.splice(2, 1, ...b.audit_entries.slice(1, 3)),
    ],
    ['with an entry less than it counts', 'summary_mismatch', (b) => b.audit_entries.pop()],
    ['with a count that is wrong', 'summary_mismatch', (b) => (b.summary.by_type['resolved'] = 2)],
    ['with a changed entry', 'chain_broken', (b) => (b.audit_entries[3]!.actor = 'mallory')],
    [
      'with another schema',
      'unknown_schema',
      (b) => Object.assign(b, { schema: 'urn:cordon:incident-bundle:v2' }),
    ],
    ['with a member too many', 'malformed', (b) => Object.assign(b, { extra: 1 })],
    [
      'with a redacted entry among the others',
      'malformed',
      (b) => {
        b.audit_entries[1] = readBundled(bundled(FULL)).audit_entries[1]!;
        b.summary.redacted_entries = 1;
      },
    ],
  ])('%s', async (_what, reason, change) => {
    expect(await verifyBundle(resigned(bundled(), change), trust)).toMatchObject({
      valid: false,
      reason,
    });
  });

  it.each<[string, string, (bundle: IncidentBundle) => unknown]>([
    [
      'a link that leads nowhere',
      'chain_broken',
      (b) => (b.audit_entries[3]!.prev_hash = 'f'.repeat(64)),
    ],
    [
      'a first entry that follows something',
      'chain_broken',
      (b) => (b.audit_entries[0]!.prev_hash = 'f'.repeat(64)),
    ],
    [
      'entries out of order',
      'chain_broken',
      (b) => (b.audit_entries = b.audit_entries.toReversed()),
    ],
    ['a name', 'not_redacted', (b) => (b.audit_entries[4]!.actor = 'ada.lovelace')],
    ['the name of whoever exported it', 'not_redacted', (b) => (b.exported_by = 'ada.lovelace')],
    ['a text', 'not_redacted', (b) => (b.incidents[0]!['description'] = 'seen')],
    ['a member that is not known', 'not_redacted', (b) => (b.incidents[0]!['nickname'] = 'Bob')],
    [
      'a value of a report',
      'not_redacted',
      (b) => (b.audit_entries[0]!.body['evidence'] = { pin: 1 }),
    ],
    ['a whole entry', 'not_redacted', (b) => (b.audit_entries = told().entries)],
    [
      'words where places are named',
      'not_redacted',
      (b) => Object.assign(b.audit_entries[0]!, { removed: ['/ada'] }),
    ],
  ])('that is redacted and has %s', async (_what, reason, change) => {
    const forged = resigned(bundled(FULL), (bundle) => {
      change(bundle);
      bundle.summary.redacted_entries = bundle.audit_entries.filter((e) => 'redacted' in e).length;
    });
    expect(await verifyBundle(forged, trust)).toMatchObject({ valid: false, reason });
  });

  it('wherever a byte of it was changed, every seventh tried', async () => {
    const bytes = bundled({ ...FULL, scope: { subject: {}, categories: [], to: later(1) } });
    const unseen: number[] = [];
    for (let index = 0; index < bytes.length; index += 7) {
      const flipped = Uint8Array.from(bytes);
      flipped[index] = (bytes[index] ?? 0) ^ 1;
      if ((await verifyBundle(flipped, trust)).valid) unseen.push(index);
    }
    expect(unseen).toEqual([]);
  });
});
