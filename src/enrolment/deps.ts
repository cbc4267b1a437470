import type { AttestationPolicy } from '../domain/attestation-policy.ts';
import type { Attestations } from '../domain/attestations.ts';
import type { HostAgent } from '../domain/host-agent.ts';
import type { IncidentLog, Register } from '../domain/ledger.ts';
import type { PinnedRoot } from './ek-roots.ts';

/** The outside, as enrolment knows it. */
export interface EnrolmentDeps {
  policy: AttestationPolicy;
  attestations: Pick<Attestations, 'enrol' | 'enrolment'>;
  register: Pick<Register, 'unresolvedSince'>;
  log: Pick<IncidentLog, 'note'>;
  hostAgent: HostAgent;
  roots: readonly PinnedRoot[];
  random: (size: number) => Uint8Array;
  /** Epoch ms. */
  now: () => number;
}
