import { onTestFinished } from 'vitest';
import {
  attestationPolicySchema,
  type AgentPlace,
  type AttestationPolicy,
} from '../../src/domain/attestation-policy.ts';
import type { Assurance } from '../../src/domain/enrolment.ts';
import type { EnrolmentDeps } from '../../src/enrolment/deps.ts';
import { enrolHost, type EnrolRequest } from '../../src/enrolment/enrol.ts';
import { enrolmentDeps } from '../../src/local-hosts.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { SELECTION } from '../support/software-tpm.ts';

export const HOST = 'web-1';

export interface EnrolmentWishes {
  /** PEM of the one authority that is pinned. */
  ekRoot?: string;
  assurance?: Assurance;
  selection?: AttestationPolicy['groups'][string]['pcr_selection'];
}

/** A ledger of its own for one test, and the hosts that its policy names. */
export async function enrolmentWorld(
  hosts: Record<string, AgentPlace>,
  { ekRoot = 'none', assurance = 'hardware', selection = SELECTION }: EnrolmentWishes = {},
) {
  const ledger = await freshLedger(SQLITE);
  const attestation = attestationPolicySchema.parse({
    version: 1,
    attempts: { most: 1, window: '1m' },
    ek_roots: { maker: { file: ekRoot, assurance } },
    hosts,
    groups: {
      all: {
        hosts: Object.keys(hosts),
        assurance: ['hardware', 'software'],
        pcr_selection: selection,
        baselines: {},
      },
    },
  });
  const deps = await enrolmentDeps({ attestation }, ledger, '/nonexistent');
  onTestFinished(() => deps.hostAgent.close());
  return {
    ledger,
    deps,
    /** Unless wished otherwise by certificate, and not in the place of another key. */
    enrol: (wishes: Partial<EnrolRequest> = {}, over: Partial<EnrolmentDeps> = {}) =>
      enrolHost(
        { ...deps, ...over },
        { host: HOST, trustName: null, replace: false, approvedBy: 'ada', note: '', ...wishes },
      ),
  };
}
export type EnrolmentWorld = Awaited<ReturnType<typeof enrolmentWorld>>;
