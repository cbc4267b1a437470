import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/adapters/ledger/verify.ts';
import { openTpm, type Tpm } from '../../src/agent/tpm.ts';
import type { AgentPlace } from '../../src/domain/attestation-policy.ts';
import type { PcrSelection } from '../../src/domain/pcr-policy.ts';
import { readRoots } from '../../src/enrolment/ek-roots.ts';
import { parsePublic } from '../../src/evidence/tpm/public.ts';
import { AK_HANDLE, EK_HANDLE, tool } from '../support/software-tpm.ts';
import { startTpmHost, type TpmHost } from '../support/tpm-host.ts';
import { makeUnfitKey, UNFIT_HANDLE } from '../support/unfit-key.ts';
import { enrolmentWorld, HOST, type EnrolmentWishes, type EnrolmentWorld } from './world.ts';

/** Certificates without an end say the last second of the year 9999 (RFC 5280, 4.1.2.5). */
const AFTER_ANY_CERTIFICATE = Date.parse('+010000-01-01T00:00:00Z');

let host: TpmHost;
let other: TpmHost;
let place: AgentPlace;
beforeAll(async () => {
  [host, other] = await Promise.all([startTpmHost(), startTpmHost()]);
  place = await host.agent();
});
afterAll(() => Promise.all([host.stop(), other.stop()]));

const worldOf = (wishes: EnrolmentWishes = {}, at = place) =>
  enrolmentWorld({ [HOST]: at }, { ekRoot: host.ekRoot, ...wishes });

const nameOf = (bytes: Uint8Array) => Buffer.from(parsePublic(bytes).name).toString('hex');

describe('by the certificate of its TPM', () => {
  it('a host is enrolled with all that is known of its keys', async () => {
    const { enrol, ledger, deps } = await worldOf();
    const enrolment = await enrol({ note: 'rack 3' });
    const der = Buffer.from((await host.tpm.ekCertificate()) ?? []);
    expect(enrolment).toMatchObject({
      host: HOST,
      version: 1,
      trust: 'ek-certificate',
      ek_root: 'maker',
      assurance: 'hardware',
      ak_public: (await host.tpm.akPublic()).toString('base64'),
      ak_name: nameOf(await host.tpm.akPublic()),
      ek_name: nameOf(await host.tpm.ekPublic()),
      ek_certificate_sha256: fingerprintOf(der),
      ak_qualified_name: await qualifiedNameByTool(),
      firmware_version: expect.stringMatching(/^0x[0-9a-f]{16}$/),
      approved_by: 'ada',
      note: 'rack 3',
    });
    expect(await ledger.attestations.enrolment(HOST)).toEqual(enrolment);
    expect(deps.roots).toMatchObject([{ name: 'maker', assurance: 'hardware' }]);
  });

  it('it is worth what its maker is worth', async () => {
    const { enrol } = await worldOf({ assurance: 'software' });
    expect(await enrol()).toMatchObject({ assurance: 'software', trust: 'ek-certificate' });
  });

  it('the ledger says so, and its chain holds', async () => {
    const { enrol, ledger } = await worldOf();
    const { ak_public: _, ...said } = await enrol();
    const note = await ledger.register.latestNote('host_enrolled');
    expect(note).toMatchObject({ actor: 'ada', body: said });
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 1 });
  });
});

describe('by the Name that an operator compared', () => {
  it('a host is enrolled as software, whatever its maker is worth', async () => {
    const { enrol } = await worldOf();
    const trustName = nameOf(await host.tpm.akPublic());
    expect(await enrol({ trustName })).toMatchObject({
      trust: 'operator-tofu',
      assurance: 'software',
      ek_root: '',
      ek_certificate_sha256: '',
      ak_name: trustName,
      ek_name: nameOf(await host.tpm.ekPublic()),
    });
  });

  it('it is refused under another Name, and the right one is shown', async () => {
    const world = await worldOf();
    const attempt = world.enrol({ trustName: nameOf(await other.tpm.akPublic()) });
    const shown = expect.stringContaining(nameOf(await host.tpm.akPublic()));
    await refused(world, attempt, { code: 'name_differs', message: shown, retryable: false });
  });

  it('it is refused where its key hangs on another endorsement key than it shows', async () => {
    const world = await worldOf({}, await host.agent({ tpm: { ekPublic: other.tpm.ekPublic } }));
    const attempt = world.enrol({ trustName: nameOf(await host.tpm.akPublic()) });
    await refused(world, attempt, { code: 'qualified_signer_mismatch' });
  });
});

describe('a certificate', () => {
  it('that is not there sends the operator to compare the Name', async () => {
    const world = await worldOf({}, await host.agent({ tpm: { ekCertificate: async () => null } }));
    const name = nameOf(await host.tpm.akPublic());
    const message = expect.stringContaining(`${name} on the host, then enrol with --trust-name`);
    await refused(world, world.enrol(), { code: 'no_ek_certificate', message });
  });

  it.each([
    ['by another maker than is pinned', () => other.ekRoot],
    ['where the file of the pinned maker is not there', () => '/nonexistent/root.pem'],
  ])('%s is refused', async (_what, ekRoot) => {
    const world = await worldOf({ ekRoot: ekRoot() });
    await refused(world, world.enrol(), { code: 'ek_certificate_untrusted' });
  });

  it.each([
    ['after its time', AFTER_ANY_CERTIFICATE, 'ek_certificate_expired'],
    ['before its time', 0, 'ek_certificate_not_yet_valid'],
  ])('%s is refused', async (_what, now, code) => {
    const world = await worldOf();
    await refused(world, world.enrol({}, { now: () => now }), { code });
  });
});

/** A software TPM calls it a failure of its own when it cannot decrypt; a chip, that the value is wrong. */
const NOT_DECRYPTED = 'agent_failing';

describe('a host that shows a key which is not its own is refused', () => {
  const its = () => other.tpm;
  const swapped: [string, () => Partial<Tpm>, string][] = [
    ['the attestation key of another', () => ({ akPublic: its().akPublic }), 'credential_refused'],
    ['the endorsement key of another', () => ({ ekPublic: its().ekPublic }), 'ek_key_mismatch'],
    ['that, with its certificate', () => endorsementOf(its()), NOT_DECRYPTED],
    [
      'both keys of another',
      () => ({ ...endorsementOf(its()), akPublic: its().akPublic }),
      NOT_DECRYPTED,
    ],
    [
      'the attestation key of another, guessing the secret',
      () => ({ akPublic: its().akPublic, activate: async () => Buffer.alloc(32, 7) }),
      'credential_not_activated',
    ],
    [
      'the attestation key of another, with a secret of no bytes',
      () => ({ akPublic: its().akPublic, activate: async () => Buffer.alloc(0) }),
      'credential_not_activated',
    ],
    [
      'both keys of another that opens the credential, quoting by its own',
      () => ({ ...its(), quote: host.tpm.quote }),
      'ak_not_enrolled',
    ],
  ];

  it.each(swapped)('%s', async (_what, tpm, code) => {
    const world = await worldOf({}, await host.agent({ tpm: tpm() }));
    const roots = [...world.deps.roots, ...(await pinned(other))];
    await refused(world, world.enrol({}, { roots }), { code });
  });
});

describe('a host is refused', () => {
  it('whose key signs whatever it is given, before it is asked for a quote', async () => {
    await makeUnfitKey(host.tcti, host.home);
    const tpm = openTpm({ tcti: host.tcti, akHandle: UNFIT_HANDLE, ekHandle: EK_HANDLE });
    const quote = () => Promise.reject(new Error('nobody asks for it'));
    const world = await worldOf({}, await host.agent({ tpm: { ...tpm, quote } }));
    const trustName = nameOf(await tpm.akPublic());
    await refused(world, world.enrol({ trustName }), { code: 'ak_attributes', retryable: false });
  });

  it('whose PCRs were never extended', async () => {
    const selection: PcrSelection[] = [{ bank: 'sha384', pcrs: [0, 2, 4, 7] }];
    const world = await worldOf({ selection }, await host.agent({ selection }));
    const message = expect.stringContaining('was never extended');
    await refused(world, world.enrol(), { code: 'policy_invalid', message, retryable: false });
  });

  it('that quotes other PCRs than its group asks for', async () => {
    const selection: PcrSelection[] = [{ bank: 'sha256', pcrs: [0] }];
    const world = await worldOf({}, await host.agent({ selection }));
    await refused(world, world.enrol(), { code: 'policy_invalid', retryable: false });
  });

  it('that is in no group', async () => {
    const world = await worldOf();
    const attempt = world.enrol({ host: 'web-9' });
    await refused(world, attempt, { code: 'no_attestation_group', retryable: false });
  });

  it('for now, while its agent is down', async () => {
    const world = await worldOf({}, { ...place, unix: join(host.home, 'nobody') });
    await refused(world, world.enrol(), { code: 'agent_unreachable', retryable: true });
  });
});

describe('a host that is enrolled', () => {
  it('keeps its key, unless an operator replaces it', async () => {
    const { enrol, ledger } = await worldOf();
    const first = await enrol();
    await expect(enrol()).rejects.toMatchObject({ code: 'already_enrolled', retryable: false });
    expect(await ledger.attestations.enrolment(HOST)).toEqual(first);
    const second = await enrol({ replace: true, approvedBy: 'bob' });
    expect(second).toMatchObject({ version: 2, approved_by: 'bob', ak_name: first.ak_name });
    expect(await ledger.attestations.enrolments()).toEqual([second]);
    const entries = await ledger.register.entriesAfter(0, 10);
    const versions = entries.map(({ type, body }) => [type, body['version'], body['approved_by']]);
    expect(versions).toEqual([
      ['host_enrolled', 1, 'ada'],
      ['host_enrolled', 2, 'bob'],
    ]);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 2 });
  });

  it('lends its TPM to no host of another name', async () => {
    const { enrol, ledger } = await enrolmentWorld(
      { [HOST]: place, 'web-2': place },
      { ekRoot: host.ekRoot },
    );
    const first = await enrol();
    for (const replace of [false, true]) {
      await expect(enrol({ host: 'web-2', replace })).rejects.toMatchObject({
        code: 'ak_bound_elsewhere',
      });
    }
    expect(await ledger.attestations.enrolments()).toEqual([first]);
  });
});

function endorsementOf({ ekPublic, ekCertificate }: Tpm): Partial<Tpm> {
  return { ekPublic, ekCertificate };
}

function pinned({ ekRoot: file }: TpmHost) {
  return readRoots({ ek_roots: { another: { file, assurance: 'hardware' } } }, '');
}

async function refused(
  { ledger }: Pick<EnrolmentWorld, 'ledger'>,
  attempt: Promise<unknown>,
  fault: object,
): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ name: 'Fault', ...fault });
  expect(await ledger.attestations.enrolments()).toEqual([]);
  expect(await ledger.register.head()).toBeNull();
}

function fingerprintOf(der: Buffer): string {
  return new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase();
}

async function qualifiedNameByTool(): Promise<string> {
  const file = join(host.home, 'qualified-name');
  await tool(host.tcti, 'tpm2_readpublic', '-c', AK_HANDLE, '-q', file);
  return readFileSync(file, 'hex');
}
