import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PRACTICE_HOST } from '../../src/domain/practice-range.ts';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { verifyQuote } from '../../src/evidence/tpm/quote.ts';
import { extendHostPcr, tamperHost } from '../../src/range/client.ts';
import { startTpmHost, type TpmHost } from '../support/tpm-host.ts';
import { attesting, type Attesting } from './attesting.ts';

let on: Attesting;
let other: TpmHost;
beforeAll(async () => {
  [on, other] = await Promise.all([attesting(), startTpmHost()]);
});
afterAll(() => Promise.all([on.stop(), other.stop()]));
afterEach(() => on.restore());

const kept = async (ref: EvidenceRef | null) => {
  if (ref === null) throw new Error('no evidence was kept');
  return JSON.parse(new TextDecoder().decode(await on.deps.store.get(ref)));
};

async function refused(attempt: ReturnType<Attesting['attest']>, reason: string) {
  const before = await on.attestations.lastAccepted(on.enrolment.ak_name);
  const attestation = await attempt;
  expect(attestation).toMatchObject({ accepted: false, reason, assurance: '', expires_at: '' });
  expect(await on.attestations.lastAccepted(on.enrolment.ak_name)).toEqual(before);
  return attestation;
}

describe('a host that has booted as it should', () => {
  it('is believed, for as long as the policy says', async () => {
    const attestation = await on.attest();
    expect(attestation).toEqual({
      accepted: true,
      reason: 'ok',
      detail: `a TPM quote of ${PRACTICE_HOST} matches boot (software, ek-certificate, enrolment 1)`,
      host: PRACTICE_HOST,
      proof: 'tpm_quote',
      assurance: 'software',
      trust: 'ek-certificate',
      baseline: 'boot',
      attestor: 'tpm',
      attestor_says: 'trusted (software)',
      reset_count: expect.any(Number),
      expires_at: new Date(on.clock.ms + 5 * 60_000).toISOString(),
      evidence: expect.objectContaining({ media_type: 'application/json' }),
    });
    expect(await on.attestations.lastAccepted(on.enrolment.ak_name)).toMatchObject({
      reset_count: attestation.reset_count,
      safe: true,
      version: await on.accepted(),
    });
  });

  it('is the one that an incident without a host is about', async () => {
    expect(await on.attest({ host: '' })).toMatchObject({ accepted: true, host: PRACTICE_HOST });
  });

  it('has its proof kept, which anybody can verify again', async () => {
    const { evidence } = await on.attest();
    const { document, accepted, baseline, challenge, attestor_says } = await kept(evidence);
    expect({ accepted, baseline, attestor_says }).toEqual({
      accepted: true,
      baseline: 'boot',
      attestor_says: 'trusted (software)',
    });
    expect(document.challenge.nonce).toBe(challenge.nonce);
    expect(verifyQuote(document)).toMatchObject({ accepted: true });
    document.challenge.nonce = 'ab'.repeat(32);
    expect(verifyQuote(document)).toMatchObject({ reason: 'nonce-mismatch' });
  });
});

describe('a host is refused', () => {
  it('that has measured something else, and its refusal is kept as well', async () => {
    await on.attest();
    await extendHostPcr(on.home, 7);
    const attestation = await refused(on.attest(), 'pcr-policy-mismatch');
    expect(attestation).toMatchObject({ proof: 'tpm_quote', baseline: '' });
    const { document } = await kept(attestation.evidence);
    expect(verifyQuote(document)).toMatchObject({ reason: 'pcr-policy-mismatch' });
  });

  it.each([
    ['nonce', 'nonce-mismatch'],
    ['replay', 'nonce-mismatch'],
    ['key', 'signature-invalid'],
  ] as const)('on which somebody forges a quote by %s', async (how, reason) => {
    await tamperHost(on.home, how);
    try {
      expect(await refused(on.attest(), reason)).toMatchObject({ reset_count: null });
    } finally {
      await tamperHost(on.home, 'none');
    }
  });

  it('that hands on the quote of another', async () => {
    at(await other.agent());
    await refused(on.attest(), 'ak-not-enrolled');
  });

  it('that hands on the quote of another as if it were by the enrolled key', async () => {
    const akPublic = Buffer.from(on.enrolment.ak_public, 'base64');
    const quote: typeof other.tpm.quote = async (...asked) => ({
      ...(await other.tpm.quote(...asked)),
      akPublic,
    });
    at(await other.agent({ tpm: { quote } }));
    await refused(on.attest(), 'signature-invalid');
  });

  function at(place: Awaited<ReturnType<TpmHost['agent']>>): void {
    on.policy.attestation.hosts = { [PRACTICE_HOST]: place };
  }
});

describe('by policy a host is refused, and not asked,', () => {
  it('that is in no group', async () => {
    on.policy.attestation.groups = {};
    expect(await refused(on.attest(), 'policy-invalid')).toMatchObject({ evidence: null });
  });

  it('whose assurance is not enough', async () => {
    on.group().assurance = ['hardware'];
    const attestation = await refused(on.attest(), 'weak-assurance');
    expect(attestation).toMatchObject({
      evidence: null,
      detail: expect.stringContaining('software'),
    });
  });

  it('that is not enrolled', async () => {
    on.policy.attestation.without_enrolment = 'refuse';
    const attestation = await refused(on.attest({ host: 'web-9' }), 'not-enrolled');
    expect(attestation).toMatchObject({ host: 'web-9', proof: '', evidence: null });
  });

  it('that has no name', async () => {
    on.policy.attestation.without_enrolment = 'refuse';
    delete on.policy.attestation.unnamed_host;
    await refused(on.attest({ host: '' }), 'not-enrolled');
  });
});

describe('a host that is not enrolled', () => {
  it('is believed by the word of its attestor, where the policy takes that', async () => {
    on.policy.attestation.without_enrolment = 'runtime_attestor';
    const attestation = await on.attest({ host: 'web-9' });
    expect(attestation).toMatchObject({
      accepted: true,
      host: 'web-9',
      proof: 'attestor_claim',
      trust: '',
      baseline: '',
      assurance: 'software',
      attestor: 'runtime-attestor',
      reset_count: null,
      expires_at: new Date(on.clock.ms + 5 * 60_000).toISOString(),
    });
    const { challenge, answer } = await kept(attestation.evidence);
    const bundle = JSON.parse(Buffer.from(answer, 'base64').toString());
    expect(bundle).toMatchObject({ request_nonce: challenge.nonce, state: 'attested' });
  });
});

describe('a known-good state', () => {
  it('is matched by its name, whole, and two of them are not mixed', async () => {
    const boot = on.group().baselines['boot']!['sha256']!;
    await extendHostPcr(on.home, 7);
    const half = await valuesNow();
    await extendHostPcr(on.home, 4);
    const update = await valuesNow();
    on.group().baselines = { boot: { sha256: boot }, update: { sha256: update } };
    expect(await on.attest()).toMatchObject({ accepted: true, baseline: 'update' });
    await on.restore();
    on.group().baselines = { boot: { sha256: boot }, update: { sha256: update } };
    expect(await on.attest()).toMatchObject({ accepted: true, baseline: 'boot' });
    await extendHostPcr(on.home, 7);
    expect(await valuesNow()).toEqual(half);
    expect(half).toEqual({ ...boot, '7': update['7'] });
    await refused(on.attest(), 'pcr-policy-mismatch');
  });

  it('that is named nowhere is nothing to be compared with', async () => {
    on.group().baselines = {};
    await refused(on.attest(), 'policy-invalid');
  });

  it('is one with a firmware that may have measured it', async () => {
    const { firmware_version } = on.enrolment;
    const others = ['0x0000000000000001', '0x0000000000000002'];
    on.group().firmware = others;
    await refused(on.attest(), 'firmware-mismatch');
    on.group().firmware = [...others, firmware_version];
    expect(await on.attest()).toMatchObject({ accepted: true, baseline: 'boot' });
  });

  it('needs the log of the boot where the policy asks for it', async () => {
    on.group().require_event_log = true;
    const { document } = await kept((await refused(on.attest(), 'event-log-missing')).evidence);
    expect(verifyQuote(document)).toMatchObject({ reason: 'event-log-missing' });
    await extendHostPcr(on.home, 7);
    await refused(on.attest(), 'pcr-policy-mismatch');
  });

  async function valuesNow(): Promise<Record<string, string>> {
    const said = await on.deps.hostAgent.quote(PRACTICE_HOST, 'ab'.repeat(32));
    if ('reason' in said) throw new Error(said.detail);
    return said.answer.pcr_values['sha256'] ?? {};
  }
});
