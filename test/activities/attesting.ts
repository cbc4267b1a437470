import type { ActivityDeps } from '../../activities/deps.ts';
import { attest } from '../../activities/attest.ts';
import type { AttestRequest } from '../../src/domain/activities.ts';
import type { AttestationGroup } from '../../src/domain/attestation-policy.ts';
import type { Enrolment } from '../../src/domain/enrolment.ts';
import { PRACTICE_HOST } from '../../src/domain/practice-range.ts';
import { enrolHost } from '../../src/enrolment/enrol.ts';
import { enrolmentDeps } from '../../src/local-hosts.ts';
import { resetHost, setRangeFault, setRangeState } from '../../src/range/client.ts';
import { incidentId } from '../support/admissions.ts';
import { world, type World } from './world.ts';

/** The practice host in the world of the activities, enrolled by its certificate, and how it is asked for a proof. */
export async function attesting() {
  const on = await world({ practiceHost: true });
  const { home, deps, policy } = on;
  const { attestations } = deps.ledger;
  const shipped = structuredClone(policy.attestation);
  const enrolment = await enrolled(on);
  let incidents = 0;
  return {
    ...on,
    attestations,
    enrolment,
    /** The group of the practice host, which a test may change. */
    group: (): AttestationGroup => {
      const { practice } = policy.attestation.groups;
      if (practice === undefined) throw new Error('the shipped policy has no practice group');
      return practice;
    },
    /** An attestation for an incident of its own, of a class that needs no reset, unless wished otherwise. */
    attest: (wishes: Partial<AttestRequest> = {}, over: Partial<ActivityDeps> = {}) => {
      incidents += 1;
      const request: AttestRequest = {
        incident_id: incidentId(0x1000 + incidents),
        host: PRACTICE_HOST,
        class: 'prompt_injection',
        binding: 'c'.repeat(64),
        reset_count: null,
        ...wishes,
      };
      return attest({ ...deps, ...over }, request);
    },
    /** How many quotes of the host were accepted. */
    accepted: async () => (await attestations.lastAccepted(enrolment.ak_name))?.version ?? 0,
    /** The policy as it is shipped, a host that has booted well, and an attestor that says so. */
    restore: async () => {
      policy.attestation = structuredClone(shipped);
      await setRangeFault(home, 'host', { fault: 'none' });
      await setRangeFault(home, 'attestor', { fault: 'none' });
      await setRangeState(home, 'attestor', 'trusted');
      await resetHost(home);
    },
  };
}
export type Attesting = Awaited<ReturnType<typeof attesting>>;

async function enrolled({ home, deps, policy }: World): Promise<Enrolment> {
  const at = await enrolmentDeps(policy, deps.ledger, home);
  try {
    const how = { trustName: null, replace: false, approvedBy: 'ada', note: '' };
    return await enrolHost(at, { host: PRACTICE_HOST, ...how });
  } finally {
    await at.hostAgent.close();
  }
}
