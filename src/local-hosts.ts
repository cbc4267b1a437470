import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { createHostAgents } from './adapters/attestor/host-agents.ts';
import type { CapturedBaseline, Hosts } from './cli/roots.ts';
import { readConfig, type Env } from './config.ts';
import type { Policy } from './domain/policy.ts';
import type { Ledger } from './domain/ledger.ts';
import { captureBaseline } from './enrolment/baseline.ts';
import type { EnrolmentDeps } from './enrolment/deps.ts';
import { readRoots } from './enrolment/ek-roots.ts';
import { enrolHost } from './enrolment/enrol.ts';
import { writeBaseline } from './enrolment/write-baseline.ts';
import { loadPolicy } from './intake/policy-files.ts';
import { POLICY_FILES } from './intake/policy-source.ts';
import { withLedger } from './local-ledger.ts';

/** The hosts of this machine's installation, by the policy as its files have it now. */
export const localHosts: Hosts = {
  enrolments: (env) => withLedger(env, ({ attestations }) => attestations.enrolments()),
  enrol: (env, request) => withEnrolment(env, (deps) => enrolHost(deps, request)),
  captureBaseline: (env, request) =>
    withEnrolment(env, async (deps): Promise<CapturedBaseline> => {
      const { CONTAINMENT_POLICY_PATH: containment } = readConfig(env);
      const file = join(dirname(containment), POLICY_FILES.attestation);
      const pcr_values = await captureBaseline(deps, request);
      const { group } = await writeBaseline(file, request.host, request.name, pcr_values);
      return { host: request.host, name: request.name, group, file, pcr_values };
    }),
};

async function withEnrolment<T>(env: Env, use: (deps: EnrolmentDeps) => Promise<T>): Promise<T> {
  const { CORDON_HOME: home, CONTAINMENT_POLICY_PATH: containmentPath } = readConfig(env);
  const policy = await loadPolicy({ containmentPath });
  return withLedger(env, async (ledger) => {
    const deps = await enrolmentDeps(policy, ledger, home);
    try {
      return await use(deps);
    } finally {
      await deps.hostAgent.close();
    }
  });
}

/** What enrolment needs of an installation. The caller closes the agents' connections. */
export async function enrolmentDeps(
  { attestation }: Pick<Policy, 'attestation'>,
  { attestations, register, log }: Pick<Ledger, 'attestations' | 'register' | 'log'>,
  home: string,
) {
  return {
    policy: attestation,
    attestations,
    register,
    log,
    hostAgent: createHostAgents({ policy: () => attestation, home }),
    roots: await readRoots(attestation, home),
    random: (size: number) => randomBytes(size),
    now: Date.now,
  };
}
