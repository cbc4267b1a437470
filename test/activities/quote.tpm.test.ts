import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { quote } from '../../activities/quote.ts';
import type { Captured } from '../../src/domain/activities.ts';
import { PRACTICE_HOST } from '../../src/domain/practice-range.ts';
import { verifyQuote } from '../../src/evidence/tpm/quote.ts';
import { extendHostPcr, resetHost, setRangeFault, tamperHost } from '../../src/range/client.ts';
import { incidentId } from '../support/admissions.ts';
import { attesting, type Attesting } from './attesting.ts';

let on: Attesting;
beforeAll(async () => void (on = await attesting()));
afterAll(() => on.stop());
afterEach(async () => {
  vi.restoreAllMocks();
  await on.restore();
});

let incidents = 0;
const taken = (wishes: { host?: string; incident_id?: string } = {}) =>
  quote(on.deps, {
    incident_id: incidentId((incidents += 1)),
    host: PRACTICE_HOST,
    binding: 'c'.repeat(64),
    ...wishes,
  });

const kept = async ({ artifacts }: Captured) => {
  const [artifact] = artifacts;
  if (artifact === undefined) throw new Error('no quote was kept');
  const { collector: _, ...ref } = artifact;
  return JSON.parse(new TextDecoder().decode(await on.deps.store.get(ref)));
};

describe('a quote at containment', () => {
  it('dates it by the resets of the TPM, and is kept to be verified again', async () => {
    const first = await taken();
    expect(first).toEqual({
      artifacts: [expect.objectContaining({ collector: 'quote', media_type: 'application/json' })],
      gaps: [],
      reset_count: expect.any(Number),
      receipt: null,
    });
    const { document, challenge } = await kept(first);
    expect(challenge).toMatchObject({ purpose: 'containment', host: PRACTICE_HOST });
    expect(verifyQuote(document)).toMatchObject({ accepted: true });
    await resetHost(on.home);
    expect(await taken()).toMatchObject({ reset_count: (first.reset_count ?? 0) + 1 });
  });

  it('is of the host that an incident without a host is about', async () => {
    expect(await taken({ host: '' })).toMatchObject({ gaps: [], reset_count: expect.any(Number) });
  });

  it('dates it for a host in a strange state as well', async () => {
    await extendHostPcr(on.home, 7);
    const strange = await taken();
    expect(strange).toMatchObject({ gaps: [], reset_count: expect.any(Number) });
    expect(await kept(strange)).toMatchObject({ reason: 'pcr-policy-mismatch' });
  });

  it('dates it for a host that lacks the event log which the policy asks for', async () => {
    on.group().require_event_log = true;
    const unlogged = await taken();
    expect(unlogged).toMatchObject({ gaps: [], reset_count: expect.any(Number) });
    expect(await kept(unlogged)).toMatchObject({ reason: 'event-log-missing' });
  });

  it('dates nothing where it is not authentic, and is kept all the same', async () => {
    await tamperHost(on.home, 'key');
    const forged = await taken();
    await tamperHost(on.home, 'none');
    expect(forged).toMatchObject({ gaps: [], reset_count: null });
    expect(await kept(forged)).toMatchObject({ reason: 'signature-invalid' });
  });

  it('never moves the clock of the last proof on', async () => {
    const { ak_name } = on.enrolment;
    expect(await on.attestations.lastAccepted(ak_name)).toBeNull();
    await taken();
    expect(await on.attestations.lastAccepted(ak_name)).toBeNull();
    await on.attest();
    const proved = await on.attestations.lastAccepted(ak_name);
    const conclude = vi.spyOn(on.attestations, 'conclude');
    await taken();
    expect(conclude.mock.calls).toMatchObject([[{ accepted: false, reason: 'ok', clock: null }]]);
    expect(await on.attestations.lastAccepted(ak_name)).toEqual(proved);
  });
});

describe('a quote that cannot be had at containment is a gap', () => {
  const gap = (reason: string) => ({
    artifacts: [],
    gaps: [{ collector: 'quote', reason }],
    reset_count: null,
    receipt: null,
  });

  it('where the host is not enrolled', async () => {
    expect(await taken({ host: 'web-9' })).toEqual(gap('the host is not enrolled, or in no group'));
  });

  it('where no host is named, and none is meant by that', async () => {
    delete on.policy.attestation.unnamed_host;
    expect(await taken({ host: '' })).toEqual(gap('the host is not enrolled, or in no group'));
  });

  it('where the host is in no group', async () => {
    on.policy.attestation.groups = {};
    expect(await taken()).toMatchObject({ artifacts: [], gaps: [{ collector: 'quote' }] });
  });

  it('where the incident has had its attempts, which those at a proof are not', async () => {
    on.policy.attestation.attempts = { most: 1, window: 60_000 };
    const incident_id = incidentId((incidents += 1));
    expect(await taken({ incident_id })).toMatchObject({ gaps: [] });
    expect(await taken({ incident_id })).toEqual(gap('the incident has had its attempts'));
    expect(await on.attest({ incident_id })).toMatchObject({ accepted: true });
  });
});

it('an agent that is down is no gap yet: its fault may be tried again', async () => {
  await setRangeFault(on.home, 'host', { fault: 'down' });
  await expect(taken()).rejects.toMatchObject({ code: 'agent_unreachable', retryable: true });
});
