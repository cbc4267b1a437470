import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../src/domain/bundle.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { buildBundle, verifyBundle } from '../../src/evidence/bundle.ts';
import { bundleStatement, coveredBytes, serviceSignature } from '../../src/evidence/bundle-seal.ts';
import { canonicalLine } from '../../src/evidence/canonical.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { signStatement } from '../../src/evidence/statement.ts';
import { chainOf, pick } from './entries.ts';

const AT = '2026-01-01T12:00:00.000Z';
const signingKey = loadSigningKey(generateSigningKeyPem());
const foreignKey = loadSigningKey(generateSigningKeyPem());
const serviceToken = 'the service token';
const given = { publicKey: signingKey.publicKey.pem, serviceToken };

const incident: Incident = {
  id: 'INC-20260101-120000-0badcafe',
  class: 'prompt_injection',
  severity: 'high',
  state: 'contained',
  source: 'airlock',
  description: 'naïve “quote”',
  evidence: { score: 0.97 },
  subject: { agent: 'a1' },
  reported_by: 'airlock',
  occurred_at: AT,
  created_at: AT,
  updated_at: AT,
  policy_digest: 'ab'.repeat(32),
  auto_contain: true,
  latched: false,
  require_ack: true,
  require_reattest: false,
  require_review: false,
  slas: { contain_ms: 1, acknowledge_ms: 1, resolve_ms: 1, review_ms: 1, repeat_ms: 1 },
  containment_actions: [],
  contained_at: AT,
  artifacts: [],
  gaps: [],
  evidence_receipt: null,
  evidence_waived: '',
  timestamps: [],
  binding: '',
  acked_at: '',
  acked_by: '',
  ack_claim: '',
  re_attested_at: '',
  attestation_refused: '',
  attestation: null,
  reset_count: null,
  escalated_at: '',
  sla_breaches: [],
  resolved_at: '',
  resolved_by: '',
  released_at: '',
  bundle: null,
  closed_at: '',
  closed_by: '',
  alert: null,
  observations: null,
  further_subjects: [],
  raised_at: '',
  related: [],
  triage: null,
};

function build(auditEntries: readonly LedgerEntry[] = chainOf(2)): Uint8Array {
  const source = {
    exportedAt: AT,
    incidents: [incident],
    auditEntries,
    systemState: { open_incidents: 1 },
    policyDigest: 'cd'.repeat(32),
  };
  return buildBundle(source, { serviceToken, signingKey });
}

function read(bytes: Uint8Array): Bundle {
  return JSON.parse(Buffer.from(bytes).toString());
}

/** The bundle after a change by somebody who can do everything but sign with our key. */
function changed(change: (bundle: Bundle) => unknown): Uint8Array {
  const bundle = read(build());
  change(bundle);
  return canonicalLine(bundle);
}

/** Makes hash, covered bytes and service signature agree with the content again, and signs with a key. */
function resign(bundle: Bundle, key: typeof signingKey): void {
  const covered = coveredBytes(bundle);
  bundle.covered = covered.toString('base64');
  bundle.bundle_hash = sha256Hex(covered);
  bundle.signature = serviceSignature(bundle.bundle_hash, serviceToken);
  const statement = bundleStatement(bundle, bundle.bundle_hash, bundle.signature);
  bundle.statement = signStatement(statement, key);
  bundle.public_key = key.publicKey.pem;
}

describe('a bundle', () => {
  it('is valid under the key and the service token', async () => {
    expect(await verifyBundle(build(), given)).toEqual({
      valid: true,
      checked: [
        'canonical_form',
        'covered_bytes',
        'bundle_hash',
        'statement',
        'service_signature',
        'audit_chain',
      ],
      key_id: signingKey.publicKey.keyId,
      trust: 'given_key',
    });
  });

  it('is valid under the id of the key', async () => {
    const { keyId } = signingKey.publicKey;
    expect(await verifyBundle(build(), { keyId })).toMatchObject({
      valid: true,
      trust: 'given_key',
    });
  });

  it('says so when only its own key vouches for it', async () => {
    const verdict = await verifyBundle(build());
    expect(verdict).toMatchObject({ valid: true, trust: 'embedded_key' });
    expect(verdict).not.toMatchObject({ checked: expect.arrayContaining(['service_signature']) });
  });

  it('can be checked with nothing but a hash and an HMAC', () => {
    const { covered, bundle_hash, signature, ...bundle } = read(build());
    const bytes = Buffer.from(covered, 'base64');
    const { exported_at, incidents, audit_entries, system_state, policy_digest } = bundle;
    expect(JSON.parse(bytes.toString())).toEqual({
      exported_at,
      incidents,
      audit_entries,
      system_state,
      policy_digest,
    });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(bundle_hash);
    expect(createHmac('sha256', serviceToken).update(bundle_hash).digest('hex')).toBe(signature);
  });

  it('may hold no entries, entries from the middle, and entries with gaps', async () => {
    const entries = chainOf(8);
    const held = [
      { entries: [], check: 'statement' },
      { entries: entries.slice(3), check: 'audit_chain' },
      { entries: entries.filter(({ seq }) => ![3, 6].includes(seq)), check: 'audit_entries' },
    ];
    for (const { entries: some, check } of held) {
      const checked = expect.arrayContaining([check]);
      expect(await verifyBundle(build(some), given)).toMatchObject({ valid: true, checked });
    }
  });

  it('is not made without a service token', () => {
    const source = {
      exportedAt: AT,
      incidents: [],
      auditEntries: [],
      systemState: {},
      policyDigest: 'cd'.repeat(32),
    };
    expect(() => buildBundle(source, { serviceToken: '', signingKey })).toThrow(
      expect.objectContaining({ code: 'no_service_token' }),
    );
  });
});

describe('a changed byte', () => {
  const bytes = build(chainOf(1));

  it.each([
    ['under the given key', { publicKey: signingKey.publicKey.pem }],
    ['under the key in the bundle', {}],
  ])('is found wherever it is, %s', async (_how, trust) => {
    const unseen: number[] = [];
    for (const [index, byte] of bytes.entries()) {
      const flipped = Uint8Array.from(bytes);
      flipped[index] = byte ^ 1;
      if ((await verifyBundle(flipped, trust)).valid) unseen.push(index);
    }
    expect(unseen).toEqual([]);
  });

  it('is found when it is missing, or one too many', async () => {
    const unseen: number[] = [];
    for (const index of bytes.keys()) {
      const without = Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + 1)]);
      const doubled = Buffer.concat([bytes.subarray(0, index + 1), bytes.subarray(index)]);
      if ((await verifyBundle(without)).valid || (await verifyBundle(doubled)).valid)
        unseen.push(index);
    }
    expect(unseen).toEqual([]);
  });
});

describe('a bundle is refused', () => {
  it.each<[string, string, (bundle: Bundle) => unknown]>([
    [
      'with another incident',
      'covered_mismatch',
      (b) => (b.incidents[0] = { ...incident, id: 'INC-1' }),
    ],
    ['with a hidden incident', 'covered_mismatch', (b) => b.incidents.pop()],
    ['with another state', 'covered_mismatch', (b) => (b.system_state = {})],
    ['with other covered bytes', 'covered_mismatch', (b) => (b.covered = 'e30=')],
    ['with covered bytes encoded otherwise', 'covered_mismatch', (b) => (b.covered += '=')],
    ['with another hash', 'hash_mismatch', (b) => (b.bundle_hash = 'ef'.repeat(32))],
    ['with another service signature', 'bad_statement', (b) => (b.signature = 'ef'.repeat(32))],
    ['with the key of another', 'foreign_key', (b) => (b.public_key = foreignKey.publicKey.pem)],
    ['with a key written otherwise', 'bad_key', (b) => (b.public_key += '\n')],
    ['with no key', 'bad_key', (b) => (b.public_key = '')],
    [
      'with a second signature',
      'bad_statement',
      (b) => b.statement.signatures.push({ sig: 'AA==' }),
    ],
    ['without the key id', 'bad_statement', (b) => delete b.statement.signatures[0]?.keyid],
    [
      'with the statement of another bundle',
      'bad_statement',
      (b) => (b.statement = read(build([])).statement),
    ],
    ['with a member too many', 'malformed', (b) => Object.assign(b, { extra: 1 })],
    ['with a member too few', 'malformed', (b) => Reflect.deleteProperty(b, 'covered')],
  ])('%s', async (_what, reason, change) => {
    expect(await verifyBundle(changed(change), {})).toMatchObject({ valid: false, reason });
  });

  it.each([
    ['at the top', '{"audit_entries"', '{"__proto__":1,"audit_entries"', 'malformed'],
    ['in an incident', '{"ack_claim"', '{"__proto__":1,"ack_claim"', 'covered_mismatch'],
    ['in an entry', '{"actor"', '{"__proto__":1,"actor"', 'malformed'],
    ['in the body of an entry', '{"key":"e0"', '{"__proto__":1,"key":"e0"', 'covered_mismatch'],
  ])('with a __proto__ put %s', async (_where, from, to, reason) => {
    const bytes = Buffer.from(Buffer.from(build()).toString().replace(from, to));
    expect(await verifyBundle(bytes)).toMatchObject({ valid: false, reason });
  });

  it('when a stranger signed it anew', async () => {
    const forged = changed((bundle) => {
      bundle.incidents = [];
      resign(bundle, foreignKey);
    });
    expect(await verifyBundle(forged)).toMatchObject({ valid: true, trust: 'embedded_key' });
    const { keyId } = signingKey.publicKey;
    for (const trust of [given, { keyId }, { publicKey: foreignKey.publicKey.pem, keyId }]) {
      expect(await verifyBundle(forged, trust)).toMatchObject({
        valid: false,
        reason: 'foreign_key',
      });
    }
  });

  it('under another service token', async () => {
    const verdict = await verifyBundle(build(), { serviceToken: 'another token' });
    expect(verdict).toMatchObject({ valid: false, reason: 'bad_service_signature' });
  });

  it('under a given key that is none', async () => {
    const verdict = await verifyBundle(build(), { publicKey: 'not a key' });
    expect(verdict).toMatchObject({ valid: false, reason: 'bad_key' });
  });

  it.each<[string, (entries: LedgerEntry[]) => unknown]>([
    ['changed entry', (entries) => (pick(entries, 1).actor = 'mallory')],
    ['entry that comes twice', (entries) => entries.splice(1, 0, pick(entries, 0))],
    ['entry out of order', (entries) => entries.push(entries.shift() ?? pick(entries, 0))],
    [
      'changed entry behind a gap',
      (entries) => (entries.splice(1, 1), (pick(entries, 1).actor = 'x')),
    ],
  ])('when we exported a %s ourselves', async (_what, change) => {
    const entries = chainOf(4);
    change(entries);
    const verdict = await verifyBundle(build(entries), given);
    expect(verdict).toMatchObject({ valid: false, reason: 'chain_broken' });
  });

  it.each(['', '\n', 'null\n', '{}\n', '[]\n', '"x"\n', '{'])(
    'and not thrown at, as %j',
    async (text) => {
      expect((await verifyBundle(Buffer.from(text))).valid).toBe(false);
    },
  );
});

it('verifies a bundle of many entries', async () => {
  expect(await verifyBundle(build(chainOf(2_000)), given)).toMatchObject({ valid: true });
});
