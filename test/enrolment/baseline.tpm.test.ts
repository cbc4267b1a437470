import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createHostAgents } from '../../src/adapters/attestor/host-agents.ts';
import type { Env } from '../../src/config.ts';
import { groupOf } from '../../src/domain/attestation-policy.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import { verifyAgainst } from '../../src/evidence/tpm/baselines.ts';
import { checkPolicyFile, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { localHosts } from '../../src/local-hosts.ts';
import { verifyLocalLedger, withLedger } from '../../src/local-ledger.ts';
import { bootValues, strangeMeasurement } from '../../src/range/practice-boot.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { startTpmHost, type TpmHost } from '../support/tpm-host.ts';

/** The one that incidents of the tests are about. */
const HOST = 'host-3';
const COMMENT = '# What host-3 shows when it has booted as it should.';

let host: TpmHost;
let place: object;
beforeAll(async () => {
  host = await startTpmHost();
  place = await host.agent();
});
afterAll(() => host.stop());

let installations = 0;
let env: Env;
let file: string;
let enrolled: Enrolment;
beforeEach(async () => {
  const home = join(host.home, `home-${(installations += 1)}`);
  const policy = join(home, 'policy');
  mkdirSync(policy, { recursive: true });
  const containment = join(policy, 'incident-containment.yaml');
  copyFileSync(join(SHIPPED_POLICY, 'incident-containment.yaml'), containment);
  file = join(policy, 'attestation.yaml');
  writeFileSync(file, attestation());
  env = { CORDON_HOME: home, CONTAINMENT_POLICY_PATH: containment };
  enrolled = await localHosts.enrol(env, {
    host: HOST,
    trustName: null,
    replace: false,
    approvedBy: 'ada',
    note: '',
  });
});

/** Two hosts, of which one is not enrolled, in a group without a baseline. */
function attestation(): string {
  const policy = {
    version: 1,
    unnamed_host: HOST,
    attempts: { most: 1, window: '1m' },
    ek_roots: { maker: { file: host.ekRoot, assurance: 'hardware' } },
    hosts: { [HOST]: place, 'web-2': { ...place } },
    groups: {
      web: {
        hosts: [HOST, 'web-2'],
        assurance: ['hardware'],
        pcr_selection: [{ bank: 'sha256', pcrs: [0, 2, 4, 7] }],
        baselines: { old: { sha256: oldValues() } },
      },
    },
  };
  return `${COMMENT}\n${stringify(policy)}`;
}

const oldValues = () =>
  Object.fromEntries(['0', '2', '4', '7'].map((pcr) => [pcr, '5a'.repeat(32)]));

const capture = (name: string, wishes: { host?: string; despiteIncident?: boolean } = {}) =>
  localHosts.captureBaseline(env, {
    host: HOST,
    name,
    despiteIncident: false,
    approvedBy: 'bob',
    ...wishes,
  });

const noted = () => withLedger(env, ({ register }) => register.latestNote('baseline_captured'));

async function refused(attempt: Promise<unknown>, code: string): Promise<void> {
  const before = readFileSync(file, 'utf8');
  await expect(attempt).rejects.toMatchObject({ name: 'Fault', code, retryable: false });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(await noted()).toBeNull();
}

/** By which baseline of the policy's files, now, a quote of the host is accepted; '' for none. */
async function matchedBaseline(): Promise<string> {
  const { policy } = await checkPolicyFile(file);
  const agents = createHostAgents({ policy: () => policy.attestation, home: '/nonexistent' });
  try {
    const nonce = 'ab'.repeat(32);
    const said = await agents.quote(HOST, nonce);
    const group = groupOf(policy.attestation, HOST);
    if ('reason' in said || group === null) throw new Error('the host does not quote');
    const { quote, signature, pcr_values, ak_public } = said.answer;
    const { ak_name, ak_qualified_name, firmware_version } = enrolled;
    const key = { host_id: HOST, ak_name, ak_qualified_name, firmware_version };
    const { baselines, pcr_selection } = group;
    return verifyAgainst(
      { baselines, firmware: null },
      {
        challenge: { nonce, host_id: HOST, expired: false, consumed: false },
        enrolment: { ...key, ak_public: enrolled.ak_public },
        policy: { pcr_selection, require_clock_safe: false },
        last_accepted: null,
        evidence: { quote, signature, pcr_values, ak_public },
      },
    ).baseline;
  } finally {
    await agents.close();
  }
}

describe('capturing a baseline', () => {
  it('takes what the TPM shows into the policy, by which a quote is then accepted', async () => {
    expect(await matchedBaseline()).toBe('');
    const captured = await capture('boot');
    const pcr_values = { sha256: bootValues() };
    expect(captured).toEqual({ host: HOST, name: 'boot', group: 'web', file, pcr_values });
    expect(await matchedBaseline()).toBe('boot');
  });

  it('leaves the rest of the file as it was', async () => {
    const before = parse(readFileSync(file, 'utf8'));
    await capture('boot');
    const text = readFileSync(file, 'utf8');
    const after = parse(text);
    expect(text).toContain(COMMENT);
    expect(after.groups.web.baselines).toEqual({
      ...before.groups.web.baselines,
      boot: { sha256: bootValues() },
    });
    after.groups.web.baselines = before.groups.web.baselines;
    expect(after).toEqual(before);
  });

  it('takes a state that no boot has shown before, if that is what the host shows', async () => {
    await host.extend(7, strangeMeasurement());
    try {
      const { pcr_values } = await capture('update');
      expect(pcr_values['sha256']).toMatchObject({ ...bootValues(), '7': expect.any(String) });
      expect(pcr_values['sha256']?.['7']).not.toBe(bootValues()['7']);
      expect(await matchedBaseline()).toBe('update');
    } finally {
      await host.reset();
    }
    expect(await matchedBaseline()).toBe('');
  });

  it('is told in the ledger with who approved it, and the chain holds', async () => {
    await capture('boot');
    expect(await noted()).toMatchObject({
      actor: 'bob',
      body: {
        host: HOST,
        name: 'boot',
        enrolment: 1,
        incidents: [],
        pcr_values: { sha256: bootValues() },
      },
    });
    expect(await verifyLocalLedger(env)).toMatchObject({ valid: true, count: 2 });
  });
});

describe('a baseline is refused', () => {
  it('under a name that the group has already, and the ledger knows of none', async () => {
    await refused(capture('old'), 'baseline_exists');
  });

  it.each([
    ['web-2', 'not_enrolled'],
    ['web-9', 'no_attestation_group'],
  ])('of %s, which is %s', async (of, code) => {
    await refused(capture('boot', { host: of }), code);
  });

  it.each([
    ['that waits for its ceremony', { latched: true }],
    ['that needs none', { latched: false }],
    ['that names no host, where the policy says it is about this one', { subject: {} }],
  ])('of a host under an incident %s, unless an operator insists', async (_what, wishes) => {
    await withLedger(env, ({ log }) => log.admit(admission(1, wishes)));
    await refused(capture('boot'), 'host_under_incident');
    await capture('boot', { despiteIncident: true });
    expect(await noted()).toMatchObject({ body: { incidents: [incidentId(1)] } });
  });

  it('of no host because another is under an incident', async () => {
    await withLedger(env, ({ log }) => log.admit(admission(1, { subject: { host: 'web-2' } })));
    expect(await capture('boot')).toMatchObject({ name: 'boot' });
  });
});
