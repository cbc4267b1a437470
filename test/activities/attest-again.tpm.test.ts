import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { HostAgent } from '../../src/domain/host-agent.ts';
import { PRACTICE_HOST } from '../../src/domain/practice-range.ts';
import { extendHostPcr, resetHost, setRangeFault, setRangeState } from '../../src/range/client.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { eventually } from '../support/eventually.ts';
import { cutPower } from '../support/power-cut.ts';
import { attesting, type Attesting } from './attesting.ts';

const AFTER = 'integrity_violation';

let on: Attesting;
beforeAll(async () => void (on = await attesting()));
afterAll(() => on.stop());
afterEach(async () => {
  vi.restoreAllMocks();
  await on.restore();
});

describe('attempts', () => {
  it('of one incident are counted, and after the last nobody is asked', async () => {
    on.policy.attestation.attempts = { most: 2, window: 60_000 };
    const incident_id = incidentId(1);
    expect(await on.attest({ incident_id })).toMatchObject({ accepted: true });
    await extendHostPcr(on.home, 7);
    expect(await on.attest({ incident_id })).toMatchObject({ reason: 'pcr-policy-mismatch' });
    await resetHost(on.home);
    // Whoever asked it now would see a fault.
    await setRangeFault(on.home, 'host', { fault: 'down' });
    expect(await on.attest({ incident_id })).toMatchObject({
      accepted: false,
      reason: 'too-many-attempts',
      evidence: null,
    });
    await setRangeFault(on.home, 'host', { fault: 'none' });
    expect(await on.attest({ incident_id: incidentId(2) })).toMatchObject({ accepted: true });
    on.clock.ms += 60_001;
    expect(await on.attest({ incident_id })).toMatchObject({ accepted: true });
  });

  it('count as well where the agent gave no answer', async () => {
    on.policy.attestation.attempts = { most: 1, window: 60_000 };
    const incident_id = incidentId(3);
    await setRangeFault(on.home, 'host', { fault: 'down' });
    await expect(on.attest({ incident_id })).rejects.toThrow(Fault);
    expect(await on.attest({ incident_id })).toMatchObject({ reason: 'too-many-attempts' });
  });
});

describe('a nonce', () => {
  it('is used up by an agent that is down, which is a fault and no verdict', async () => {
    const issue = vi.spyOn(on.attestations, 'issue');
    const conclude = vi.spyOn(on.attestations, 'conclude');
    await setRangeFault(on.home, 'host', { fault: 'down' });
    await expect(on.attest()).rejects.toMatchObject({ code: 'agent_unreachable', retryable: true });
    const nonce = issue.mock.calls[0]?.[0].nonce ?? '';
    expect(await on.attestations.consume(nonce, on.clock.ms)).toMatchObject({ consumed: true });
    expect(conclude).not.toHaveBeenCalled();
  });

  it('that is answered too late proves nothing', async () => {
    const before = await on.accepted();
    expect(await on.attest({}, { hostAgent: takingTime(60_000) })).toMatchObject({
      accepted: false,
      reason: 'nonce-expired',
    });
    expect(await on.accepted()).toBe(before);
    expect(await on.attest({}, { hostAgent: takingTime(59_999) })).toMatchObject({
      accepted: true,
    });
  });

  it('that an attestor answers too late proves nothing either', async () => {
    const { attestor } = on.deps;
    const late: typeof attestor = {
      attest: async (...asked) => {
        const verdict = await attestor.attest(...asked);
        on.clock.ms += 60_000;
        return verdict;
      },
    };
    const attempt = on.attest({ host: 'web-9' }, { attestor: late });
    expect(await attempt).toMatchObject({ accepted: false, reason: 'stale', expires_at: '' });
  });

  /** The agent, whose answer comes when so much time has passed. */
  function takingTime(ms: number): HostAgent {
    const { hostAgent } = on.deps;
    return {
      ...hostAgent,
      quote: async (...asked) => {
        const said = await hostAgent.quote(...asked);
        on.clock.ms += ms;
        return said;
      },
    };
  }
});

describe('two attestations of a host at once', () => {
  it('end both, and the clock counts those that were accepted', async () => {
    const before = await on.accepted();
    const ends = await Promise.allSettled(Array.from({ length: 4 }, () => on.attest()));
    const accepted = ends.filter((end) => end.status === 'fulfilled' && end.value.accepted);
    const raced = ends.filter((end) => end.status === 'rejected');
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length + raced.length).toBe(ends.length);
    for (const end of raced) {
      expect(end).toMatchObject({ reason: { code: 'attestation_raced', retryable: true } });
    }
    expect(await on.accepted()).toBe(before + accepted.length);
  });

  it('are no rollback where the earlier quote is looked at later', async () => {
    const { hostAgent } = on.deps;
    const overtaken: HostAgent = {
      ...hostAgent,
      quote: async (...asked) => {
        const said = await hostAgent.quote(...asked);
        expect(await on.attest()).toMatchObject({ accepted: true });
        return said;
      },
    };
    const before = await on.accepted();
    const attempt = on.attest({}, { hostAgent: overtaken });
    await expect(attempt).rejects.toMatchObject({ code: 'attestation_raced', retryable: true });
    expect(await on.accepted()).toBe(before + 1);
    expect(await on.attest()).toMatchObject({ accepted: true });
  });
});

describe('where the TPM must have been reset since the containment', () => {
  it('a host is refused until it was, and believed then', async () => {
    on.group().reset_required = [AFTER];
    const { reset_count } = await on.attest();
    const before = await on.accepted();
    const request = { class: AFTER, reset_count };
    expect(await on.attest(request)).toMatchObject({ reason: 'reboot-required', reset_count });
    expect(await on.accepted()).toBe(before);
    await resetHost(on.home);
    expect(await on.attest(request)).toMatchObject({
      accepted: true,
      reset_count: (reset_count ?? 0) + 1,
    });
  });

  it('and nobody knows its count, it is refused once, and counted from there', async () => {
    on.group().reset_required = [AFTER];
    const before = await on.accepted();
    const first = await on.attest({ class: AFTER, reset_count: null });
    expect(first).toMatchObject({ accepted: false, reason: 'reboot-required', expires_at: '' });
    expect(first.reset_count).toBeTypeOf('number');
    expect(await on.accepted()).toBe(before);
    const request = { class: AFTER, reset_count: first.reset_count };
    expect(await on.attest(request)).toMatchObject({ reason: 'reboot-required' });
    await resetHost(on.home);
    expect(await on.attest(request)).toMatchObject({ accepted: true });
  });

  it('and it shows a strange state, it is that which is said, with the count', async () => {
    on.group().reset_required = [AFTER];
    await extendHostPcr(on.home, 7);
    const attestation = await on.attest({ class: AFTER, reset_count: null });
    expect(attestation).toMatchObject({ reason: 'pcr-policy-mismatch' });
    expect(attestation.reset_count).toBeTypeOf('number');
  });
});

describe('the clock', () => {
  it('of a quote must not be behind that of the last one, as it is after a TPM was cleared', async () => {
    const { reset_count } = await on.attest();
    const last = await on.attestations.lastAccepted(on.enrolment.ak_name);
    if (last === null) throw new Error('nothing was accepted');
    const ahead = { ...last, reset_count: last.reset_count + 1 };
    vi.spyOn(on.attestations, 'lastAccepted').mockResolvedValueOnce(ahead);
    expect(await on.attest()).toMatchObject({ reason: 'clock-rollback', reset_count });
    expect(await on.attestations.lastAccepted(on.enrolment.ak_name)).toEqual(last);
  });

  it('is not safe after a power cut, which counts where the policy says so', async () => {
    on.group().require_clock_safe = true;
    await eventually(afterPowerCut, ({ reason }) => reason === 'clock-unsafe');
    on.group().require_clock_safe = false;
    await eventually(afterPowerCut, ({ reason, safe }) => reason === 'ok' && safe === false);
  });

  /** The TPM calls its clock safe again when it next writes it down, which may be before it is asked for a quote. */
  async function afterPowerCut() {
    await cutPower(on.home);
    const { reason } = await on.attest();
    const last = await on.attestations.lastAccepted(on.enrolment.ak_name);
    return { reason, safe: last?.safe };
  }
});

describe("the host's own attestor", () => {
  let reports = 100;
  /** The id of the incident that a report of the attestor ends up in, after a question for this incident. */
  const reportAfter = async (fault: () => Promise<void>) => {
    const [asking, report] = [admission((reports += 1)), (reports += 1)];
    const { log } = on.deps.ledger;
    await log.admit(asking);
    await fault();
    const { attestor_says, accepted } = await on.attest({ incident_id: asking.input.id });
    const echo = { host: PRACTICE_HOST, at_ms: on.clock.ms };
    const { incident } = await log.admit(admission(report, { echo }));
    return { accepted, attestor_says, joined: incident.id === asking.input.id };
  };

  it('is expected to report that we asked, where it finds its host at fault', async () => {
    const failed = () => setRangeState(on.home, 'attestor', 'failed');
    expect(await reportAfter(failed)).toEqual({
      accepted: true,
      attestor_says: expect.stringMatching(/^not_trusted: /),
      joined: true,
    });
  });

  it('is expected to where it gave no answer', async () => {
    const down = () => setRangeFault(on.home, 'attestor', { fault: 'down' });
    expect(await reportAfter(down)).toEqual({
      accepted: true,
      attestor_says: 'no answer: attestor_unreachable',
      joined: true,
    });
  });

  it('reports of its own accord where it has found nothing', async () => {
    expect(await reportAfter(async () => undefined)).toEqual({
      accepted: true,
      attestor_says: 'trusted (software)',
      joined: false,
    });
  });
});
