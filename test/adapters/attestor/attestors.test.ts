import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAttestors } from '../../../src/adapters/attestor/attestors.ts';
import { setRangeFault, setRangeState } from '../../../src/range/client.ts';
import { shippedTargets, startPractice, type Practice } from '../../range/practice.ts';

const NONCE = 'ab'.repeat(32);
const ATTESTOR = 'runtime-attestor';

let now: number;
let practice: Practice;
let policy = shippedTargets();
let attestors: ReturnType<typeof createAttestors>;

beforeEach(async () => {
  now = Date.parse('2026-03-14T12:00:00.700Z');
  practice = await startPractice(() => now);
  policy = shippedTargets();
  attestors = createAttestors({ policy: () => policy, home: practice.home, now: () => now });
});
afterEach(async () => {
  await practice.stop();
  await attestors.close();
});

const place = () => {
  const found = policy.attestors[ATTESTOR];
  if (!found) throw new Error('the shipped policy names no attestor');
  return found;
};

describe('when the host is trusted', () => {
  it('accepts, and keeps the answer as evidence', async () => {
    const verdict = await attestors.attest('web-1', NONCE);
    expect(verdict).toMatchObject({ accepted: true, assurance: 'software', attestor: ATTESTOR });
    const evidence = JSON.parse(Buffer.from(verdict.evidence ?? []).toString());
    expect(evidence).toMatchObject({ request_nonce: NONCE, state: 'attested' });
  });

  it('prefers the attestor that names the host', async () => {
    policy.attestors['web'] = { ...place(), hosts: ['web-1'] };
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ attestor: 'web' });
    expect(await attestors.attest('web-2', NONCE)).toMatchObject({ attestor: ATTESTOR });
  });
});

describe('when the host is not to be believed', () => {
  it.each(['degraded', 'failed'] as const)('refuses a %s host', async (state) => {
    await setRangeState(practice.home, 'attestor', state);
    const verdict = await attestors.attest('web-1', NONCE);
    expect(verdict).toMatchObject({ accepted: false, reason: 'not_trusted' });
    expect(verdict.evidence?.byteLength).toBeGreaterThan(0);
  });

  it('refuses an answer to another challenge', async () => {
    await setRangeFault(practice.home, 'attestor', { fault: 'lying' });
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'wrong_nonce' });
  });

  it('refuses an answer signed by another key', async () => {
    writeFileSync(join(practice.home, 'keys', 'attestor-hmac'), 'cd'.repeat(32));
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'bad_hmac' });
  });

  it('refuses assurance that policy does not allow', async () => {
    place().assurance = ['hardware'];
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'weak_assurance' });
  });

  it('refuses when the attestor refuses us', async () => {
    writeFileSync(join(practice.home, 'tokens', 'targets', 'attestor'), 'ef'.repeat(32));
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'refused' });
  });
});

describe('when something is not configured', () => {
  it('refuses a host that no attestor speaks for', async () => {
    place().hosts = ['db-1'];
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'unconfigured' });
  });

  it.each(['', 'short', 'zz'.repeat(32)])('refuses with the key %j', async (key) => {
    mkdirSync(join(practice.home, 'keys'), { recursive: true });
    writeFileSync(join(practice.home, 'keys', 'attestor-hmac'), key);
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'unconfigured' });
  });

  it('refuses without a token', async () => {
    rmSync(join(practice.home, 'tokens', 'targets', 'attestor'));
    expect(await attestors.attest('web-1', NONCE)).toMatchObject({ reason: 'unconfigured' });
  });

  it.each(['', 'AB'.repeat(32), 'ab'.repeat(31)])('rejects the nonce %j', async (nonce) => {
    await expect(attestors.attest('web-1', nonce)).rejects.toThrow(RangeError);
  });
});

describe('when the attestor is out of order', () => {
  it.each([
    ['down', 'attestor_unreachable'],
    ['slow', 'attestor_timeout'],
    ['error_after_effect', 'attestor_failing'],
    ['flapping', 'attestor_failing'],
  ] as const)('throws a retryable fault when it is %s', async (fault, code) => {
    place().timeout_ms = 250;
    await setRangeFault(practice.home, 'attestor', { fault, ms: 60_000 });
    const attempt = attestors.attest('web-1', NONCE);
    await expect(attempt).rejects.toMatchObject({ name: 'Fault', code, retryable: true });
  });

  it('ends at once when the caller gives up', async () => {
    await setRangeFault(practice.home, 'attestor', { fault: 'slow', ms: 60_000 });
    const attempt = attestors.attest('web-1', NONCE, AbortSignal.timeout(50));
    await expect(attempt).rejects.toMatchObject({ code: 'attestor_timeout' });
  });
});
