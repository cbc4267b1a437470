import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attest } from '../../activities/attest.ts';
import { capture } from '../../activities/capture.ts';
import { setRangeFault, setRangeState } from '../../src/range/client.ts';
import { challengeNonce } from '../../src/evidence/challenge.ts';
import { incidentId } from '../support/admissions.ts';
import { alertAdmission as fromAlert, delivery } from '../support/alerts.ts';
import { world, type World } from './world.ts';

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

const kept = async (ref: string | { sha256: string; size: number; media_type: string } | null) =>
  JSON.parse(new TextDecoder().decode(await on.deps.store.get(ref ?? '')));

describe('capture', () => {
  const captureOf = async (targets: string[], deadline_ms: number) => {
    const { actions: _, ...facts } = await on.incident();
    return capture(on.deps, { ...facts, targets, deadline_ms, seal: true });
  };

  it('keeps the state of every target, and the report with the digest of its policy', async () => {
    const { artifacts, gaps } = await captureOf(['agent', 'airlock'], 5_000);
    expect(gaps).toEqual([]);
    const collectors = artifacts.map(({ collector }) => collector);
    expect(collectors).toEqual(['status:agent', 'status:airlock', 'report']);
    const [agent, airlock, report] = await Promise.all(artifacts.map(({ sha256 }) => kept(sha256)));
    expect(agent).toMatchObject({ service: 'agent', frozen: false });
    expect(airlock).toMatchObject({ service: 'airlock', disabled: false });
    const plan = { policy_digest: 'a'.repeat(64) };
    expect(report).toMatchObject({ type: 'reported', body: { plan } });
  });

  it('keeps the bytes that the alert came in, as they came', async () => {
    await on.deps.ledger.alerts.admit(delivery(), [fromAlert({ identity: 7 })]);
    const { actions: _, ...facts } = await on.incident();
    const request = { ...facts, incident_id: incidentId(7), targets: [], deadline_ms: 5_000 };
    const { artifacts } = await capture(on.deps, { ...request, seal: true });
    const [, alert] = artifacts;
    expect(alert).toMatchObject({ collector: 'alert', sha256: delivery().sha256 });
    const bytes = await on.deps.store.get(alert?.sha256 ?? '');
    expect(Buffer.from(bytes)).toEqual(Buffer.from(delivery().bytes));
  });

  it('is over at its deadline, whatever hangs: that is a gap', async () => {
    await setRangeFault(on.home, 'agent', { fault: 'slow', ms: 30_000 });
    const began = performance.now();
    const { artifacts, gaps } = await captureOf(['agent', 'airlock'], 200);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(gaps.map(({ collector }) => collector)).toEqual(['status:agent']);
    expect(artifacts.map(({ collector }) => collector)).toEqual(['status:airlock', 'report']);
  });

  it('tells why it has nothing of a target that is down, or unknown', async () => {
    await setRangeFault(on.home, 'agent', { fault: 'down' });
    const { gaps } = await captureOf(['agent', 'nobody'], 5_000);
    expect(gaps.map(({ reason }) => reason.split(':')[0])).toEqual([
      'unreachable',
      'unknown_target',
    ]);
  });

  it('goes on when the store cannot take what a collector brought', async () => {
    const { actions: _, ...facts } = await on.incident();
    const full = { ...on.deps.store, put: () => Promise.reject(new Error('no space is left')) };
    const request = { ...facts, targets: ['agent'], deadline_ms: 5_000, seal: true };
    const { artifacts, gaps } = await capture({ ...on.deps, store: full }, request);
    expect(artifacts).toEqual([]);
    expect(gaps).toMatchObject([
      { collector: 'status:agent', reason: 'failed: no space is left' },
      { collector: 'report', reason: 'failed: no space is left' },
    ]);
  });
});

describe('attest', () => {
  const ASKED = {
    incident_id: 'INC-20260102-030405-00000001',
    class: 'attestation_failure',
    host: 'host-3',
    binding: 'b'.repeat(64),
    reset_count: null,
  };

  it('believes a host that is well, and keeps what was asked with what was answered', async () => {
    const outcome = await attest(on.deps, ASKED);
    expect(outcome).toMatchObject({
      accepted: true,
      assurance: 'software',
      proof: 'attestor_claim',
    });
    const { challenge, answer } = await kept(outcome.evidence);
    const { incident_id, host, binding } = ASKED;
    expect(challenge).toMatchObject({ incident_id, host, binding, salt: '01'.repeat(32) });
    expect(challenge.nonce).toBe(challengeNonce(challenge));
    const { nonce: request_nonce } = challenge;
    expect(JSON.parse(atob(answer))).toMatchObject({ request_nonce, state: 'attested' });
  });

  it('does not believe one that is not, and keeps that too', async () => {
    await setRangeState(on.home, 'attestor', 'failed');
    const outcome = await attest(on.deps, ASKED);
    expect(outcome).toMatchObject({ accepted: false, reason: 'not_trusted', assurance: '' });
    expect(JSON.parse(atob((await kept(outcome.evidence)).answer))).toMatchObject({
      state: 'failed',
    });
  });

  it('has no outcome where the attestor is down: that says nothing of the host', async () => {
    await setRangeFault(on.home, 'attestor', { fault: 'down' });
    await expect(attest(on.deps, ASKED)).rejects.toMatchObject({
      code: 'attestor_unreachable',
      retryable: true,
    });
  });
});
