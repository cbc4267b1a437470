import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentBundleSchema } from '../../src/domain/incident-bundle.ts';
import { verifyBundle } from '../../src/evidence/bundle.ts';
import { replayBundle } from '../../src/evidence/replay.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { ATTESTATION_FAILURE, boot, failure, SERVICE_TOKEN, type Booted } from './boot.ts';

let shim: Booted;
let id: string;
beforeAll(async () => {
  shim = await boot();
  ({ id } = await shim.report({ ...ATTESTATION_FAILURE, subject: { host: 'db-prod-17' } }));
  await shim.course.contain(id);
});
afterAll(() => shim.stop());

const ask = (query = '', token = shim.tokens.admin) =>
  shim.ask(`/api/v1/incidents/${id}/bundle${query}`, { token });

async function bytesOf(query = ''): Promise<Uint8Array> {
  return new Uint8Array(await (await ask(query)).arrayBuffer());
}

async function bundleOf(query = '') {
  const text = new TextDecoder().decode(await bytesOf(query));
  return incidentBundleSchema.parse(JSON.parse(text));
}

describe('the bundle of an incident', () => {
  it('verifies and tells the story, as a file to be kept', async () => {
    expect((await ask()).headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="forensic-bundle-${id}-\\d{8}T\\d{6}Z.json"$`),
    );
    const trust = { publicKey: shim.publicKey, serviceToken: SERVICE_TOKEN };
    expect(await verifyBundle(await bytesOf(), trust)).toMatchObject({ valid: true });
    expect(replayBundle(await bundleOf())).toMatchObject({ incidents: [{ record: 'same' }] });
  });

  it('is redacted on demand, and still verifies and tells it', async () => {
    const bytes = await bytesOf('?redact=full');
    expect(await verifyBundle(bytes, { publicKey: shim.publicKey })).toMatchObject({
      checked: expect.arrayContaining(['no_leak_markers']),
    });
    const { covered, ...bundle } = await bundleOf('?redact=full');
    const readable = JSON.stringify(bundle) + Buffer.from(covered, 'base64').toString();
    for (const raw of ['db-prod-17', 'runtime-attestor', 'PCR mismatch', 'def456', '"ada"']) {
      expect(readable).not.toContain(raw);
    }
    expect(replayBundle({ ...bundle, covered })).toMatchObject({ incidents: [{ record: 'same' }] });
  });

  it('has another pseudonym for the same name each time', async () => {
    const [one, two] = [await bundleOf('?redact=full'), await bundleOf('?redact=full')];
    expect(one.exported_by).not.toBe(two.exported_by);
  });

  it.each([
    ['?subject=host=db-prod-17&category=attestation_failure&min_severity=critical', 1],
    ['?subject=host=db-prod-17&subject=agent=a', 0],
    ['?category=prompt_injection&category=attestation_failure', 1],
    ['?category=prompt_injection', 0],
    ['?from=2999-01-01T00:00:00Z', 0],
    ['?to=2999-01-01T01:00:00%2B01:00', 1],
  ])('holds what is in the scope %s, and says what is not', async (query, held) => {
    // The record of this export itself comes behind what is exported.
    const entries = await shim.ledger.register.timeline(id);
    const { incidents, audit_entries, scope } = await bundleOf(query);
    expect(incidents).toHaveLength(held);
    expect(scope.left_out.incidents).toBe(1 - held);
    expect(scope.left_out.audit_entries + audit_entries.length).toBe(entries.length);
  });

  it('is on record with its digest, its reason, scope and redaction', async () => {
    const response = await shim.ask(`/api/v1/incidents/${id}/bundle?redact=full&min_severity=low`, {
      token: shim.tokens.admin,
      headers: { 'Cordon-Reason': encodeURIComponent('für das Gericht') },
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect((await shim.ledger.register.timeline(id)).at(-1)).toMatchObject({
      type: 'custody',
      actor: 'ada',
      body: {
        touch: 'export',
        who: { name: 'ada', authority: 'forensic' },
        why: 'für das Gericht',
        what: [{ sha256: sha256Hex(bytes), size: bytes.length }],
        how: { options: expect.stringContaining('"redact":"full"') },
      },
    });
  });
});

describe('the bundle of an incident is refused', () => {
  it('to whoever lacks the forensic role', async () => {
    expect(await failure(await ask('', shim.tokens.operator))).toEqual([403, 'forbidden']);
  });

  it('of an incident that there is not', async () => {
    const unknown = await shim.ask('/api/v1/incidents/INC-0/bundle', { token: shim.tokens.admin });
    expect(await failure(unknown)).toEqual([404, 'incident_not_found']);
  });

  it.each([
    '?from=yesterday',
    '?from=2026-01-01T00:00:00Z&from=2026-01-02T00:00:00Z',
    '?subject=h1',
    '?subject=shoe=42',
    '?subject=host=',
    '?category=No',
    '?min_severity=awful',
    '?redact=some',
    '?redacted=full',
  ])('with the query %s', async (query) => {
    expect(await failure(await ask(query))).toEqual([400, 'invalid_query']);
  });
});
