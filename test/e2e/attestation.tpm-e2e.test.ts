import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

const RESET_REQUIRED = { groups: { practice: { reset_required: ['integrity_violation'] } } };

let cordon: Installation;
beforeAll(async () => {
  cordon = await installation({ tpm: true, policy: { attestation: RESET_REQUIRED } });
}, STARTING_MS);
afterAll(() => cordon.stop());
afterEach(async () => {
  await cordon.tamper('none');
  await cordon.resetHost();
  await cordon.fault('host', { fault: 'none' });
  await cordon.trust('attestor', 'trusted');
});

const give = async (name: Parameters<Installation['command']>[0], id: string) => {
  const { status, body } = await cordon.command(name, id);
  return status === 200 ? status : [status, body['code']];
};

/** An incident about the practice host that is contained and acknowledged, its quote at containment taken. */
async function acknowledged(name: string): Promise<string> {
  const { id } = await cordon.report({ class: name });
  await cordon.untilState(id, 'contained');
  await cordon.until(id, ({ artifacts }) => artifacts.some((a) => a.collector === 'quote'));
  expect(await give('acknowledge', id)).toBe(200);
  return id;
}

async function refusedBecause(id: string, reason: string): Promise<void> {
  expect(await give('reattest', id)).toEqual([409, 'attestation_refused']);
  expect(await cordon.incident(id)).toMatchObject({
    state: 'contained',
    re_attested_at: '',
    attestation_refused: reason,
  });
  expect(await give('resolve', id)).toEqual([409, 'reattestation_required']);
  expect(await cordon.frozen({})).toBe(true);
}

describe('the latch', () => {
  it('stays shut for a host that booted something else, and opens once it is restored', async () => {
    const id = await acknowledged('attestation_failure');
    await cordon.extendPcr(7);
    await refusedBecause(id, 'pcr-policy-mismatch');
    await cordon.resetHost();
    expect(await give('reattest', id)).toBe(200);
    expect((await cordon.incident(id)).attestation).toMatchObject({
      accepted: true,
      host: 'practice-host',
      proof: 'tpm_quote',
      trust: 'ek-certificate',
      assurance: 'software',
      baseline: 'boot',
      attestor_says: 'trusted (software)',
    });
    expect(await give('resolve', id)).toBe(200);
    await cordon.until(id, ({ bundle }) => bundle !== null);
    expect(await cordon.frozen({})).toBe(false);
  });

  it.each([
    ['replay', 'nonce-mismatch'],
    ['nonce', 'nonce-mismatch'],
    ['key', 'signature-invalid'],
  ] as const)('stays shut for a forgery by %s: %s', async (how, reason) => {
    const id = await acknowledged('attestation_failure');
    await cordon.tamper(how);
    await refusedBecause(id, reason);
    await cordon.tamper('none');
    await cordon.recover(id);
  });

  it('stays shut after a forgery that followed an accepted proof', async () => {
    const id = await acknowledged('attestation_failure');
    expect(await give('reattest', id)).toBe(200);
    const other = await acknowledged('attestation_failure');
    await cordon.tamper('replay');
    await refusedBecause(other, 'nonce-mismatch');
    await cordon.tamper('none');
    await cordon.recover(id);
    await cordon.recover(other);
  });

  it('asks for a boot since the containment where the policy says so', async () => {
    const id = await acknowledged('integrity_violation');
    await refusedBecause(id, 'reboot-required');
    await cordon.resetHost();
    expect(await give('reattest', id)).toBe(200);
    await cordon.recover(id);
  });

  it('takes no proof from before a newer doubt that holds less than what would be let go', async () => {
    const id = await acknowledged('attestation_failure');
    expect(await give('reattest', id)).toBe(200);
    const { id: newer } = await cordon.report({ class: 'unauthorized_access' });
    await cordon.untilState(newer, 'contained');
    expect(await give('resolve', id)).toEqual([409, 'reattestation_required']);
    expect(await cordon.events(id, 'attestation_doubted')).toMatchObject([{ incident_id: newer }]);
    expect(await cordon.statusOf('airlock')).toMatchObject({ disabled: true });
    await cordon.recover(id);
    await cordon.recover(newer);
  });

  it('counts boots from the first proof on where none could be had at containment', async () => {
    await cordon.fault('host', { fault: 'down' });
    const { id } = await cordon.report({ class: 'integrity_violation' });
    await cordon.untilState(id, 'contained');
    await cordon.until(id, ({ gaps }) => gaps.some((gap) => gap.collector === 'quote'), 30_000);
    expect(await cordon.incident(id)).toMatchObject({ reset_count: null });
    await cordon.fault('host', { fault: 'none' });
    await cordon.resetHost();
    expect(await give('acknowledge', id)).toBe(200);
    await refusedBecause(id, 'reboot-required');
    await cordon.resetHost();
    await cordon.recover(id);
  });
});

describe('an agent that gives no answer', () => {
  it('says nothing of its host: 503, still latched, and the same call again succeeds', async () => {
    const id = await acknowledged('attestation_failure');
    await cordon.fault('host', { fault: 'down' });
    expect(await give('reattest', id)).toEqual([503, 'attestor_unavailable']);
    expect(await cordon.incident(id)).toMatchObject({ state: 'contained', re_attested_at: '' });
    expect(await cordon.events(id, 'attestation')).toEqual([]);
    await cordon.fault('host', { fault: 'none' });
    expect(await give('reattest', id)).toBe(200);
    await cordon.recover(id);
  });
});

describe("the host's own attestor", () => {
  const alarm = () =>
    cordon.api(
      'POST',
      '/api/v1/incidents/report',
      { class: 'attestation_failure', description: 'refresh ended failed' },
      { token: cordon.tokenOf('runtime-attestor') },
    );

  it('decides nothing beside a proof, and its alarm about our question joins the incident', async () => {
    const id = await acknowledged('attestation_failure');
    await cordon.trust('attestor', 'failed');
    expect(await give('reattest', id)).toBe(200);
    const { attestation } = await cordon.incident(id);
    expect(attestation?.attestor_says).toMatch(/^not_trusted: /);

    const echo = await alarm();
    expect(echo).toMatchObject({ status: 200, body: { id } });
    expect(await cordon.events(id, 'echoed')).toMatchObject([{ source: 'runtime-attestor' }]);
    // One question has one echo: what follows is an alarm of its own.
    const own = await alarm();
    expect(own.status).toBe(201);
    await cordon.trust('attestor', 'trusted');
    await cordon.recover(id);
    await cordon.untilState(String(own.body['id']), 'contained');
    await cordon.recover(String(own.body['id']));
  });

  it('is not waited for when it hangs', async () => {
    const id = await acknowledged('attestation_failure');
    await cordon.fault('attestor', { fault: 'slow', ms: 30_000 });
    expect(await give('reattest', id)).toBe(200);
    expect((await cordon.incident(id)).attestation?.attestor_says).toMatch(/^no answer/);
    await cordon.fault('attestor', { fault: 'none' });
    await cordon.recover(id);
  });
});

describe('a host that is not enrolled', () => {
  it('is believed by its own attestor only where the policy says so, and labelled as that', async () => {
    const { id } = await cordon.report({
      class: 'attestation_failure',
      subject: { host: 'web-1' },
    });
    await cordon.untilState(id, 'contained');
    expect(await give('acknowledge', id)).toBe(200);
    expect(await give('reattest', id)).toBe(200);
    expect((await cordon.incident(id)).attestation).toMatchObject({
      proof: 'attestor_claim',
      trust: '',
      attestor: 'runtime-attestor',
    });
    await cordon.recover(id);
  });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
