import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActivityDeps } from '../../activities/deps.ts';
import { parse } from 'yaml';
import { createAttestors } from '../../src/adapters/attestor/attestors.ts';
import { createHostAgents } from '../../src/adapters/attestor/host-agents.ts';
import { createCustodian } from '../../src/adapters/custody/custodian.ts';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { createDenyList } from '../../src/adapters/systems/opa/deny-list.ts';
import { createOpaDriver } from '../../src/adapters/systems/opa/opa-driver.ts';
import { createSpireDriver } from '../../src/adapters/systems/spire/spire-driver.ts';
import { withHostSteps } from '../../src/adapters/targets/host-steps.ts';
import { withSystemSteps } from '../../src/adapters/targets/system-steps.ts';
import { createTargets } from '../../src/adapters/targets/targets.ts';
import { readConfig } from '../../src/config.ts';
import type { ContainRequest } from '../../src/domain/activities.ts';
import { attestationPolicySchema } from '../../src/domain/attestation-policy.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import type { Subject } from '../../src/domain/report.ts';
import { recoveryPolicySchema } from '../../src/domain/policy.ts';
import { roleAlerted } from '../../src/domain/targets.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { createLog } from '../../src/log.ts';
import { startPracticeHost } from '../../src/practice-host.ts';
import { startRange } from '../../src/range/range.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { FREEZE } from '../support/incidents.ts';
import { shippedTargets } from '../range/practice.ts';
import { UNTRIED } from '../support/standing.ts';

const shipped = async (part: string): Promise<unknown> =>
  parse(await readFile(join(SHIPPED_POLICY, part), 'utf8'));

/** A target call may hang in a test, and is to be given up soon. */
export const IMPATIENT: PlannedAction = { ...FREEZE, timeout_ms: 400 };

/**
 * Everything that the activities reach, for real: a ledger, an evidence store and the practice range. Its host has a
 * software TPM where a test asks for one, which takes seconds.
 */
export async function world({ practiceHost = false }: { practiceHost?: boolean } = {}) {
  // Sockets below it must have short paths.
  const home = await mkdtemp(join(tmpdir(), 'a-'));
  const config = readConfig({
    CORDON_HOME: home,
    CORDON_RANGE_TPM: practiceHost ? 'require' : 'off',
  });
  const host = () => startPracticeHost(config, createLog('silent', 'test'));
  const clock = { ms: Date.now() };
  const now = () => clock.ms;
  const range = await startRange({ home, attestorPort: 0, integrityPort: 0, host, now });
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  const shippedPolicy = shippedTargets();
  const outside = { policy: () => shippedPolicy, home, now };
  const attestor = createAttestors(outside);
  const policy = {
    digest: 'a'.repeat(64),
    attestation: attestationPolicySchema.parse(await shipped('attestation.yaml')),
    recovery: recoveryPolicySchema.parse(await shipped('recovery.yaml')),
  };
  const store = await openLocalDirectory({ root: join(home, 'evidence'), now });
  const key = loadSigningKey(generateSigningKeyPem());
  const hostAgent = createHostAgents({ policy: () => policy.attestation, home });
  const denyList = createDenyList({ home, now });
  const { befores } = ledger;
  const drivers = {
    opa: createOpaDriver(denyList),
    spire: createSpireDriver({ home, now, denyList, befores }),
  };
  const onHosts = withHostSteps(createTargets(outside), {
    agents: hostAgent,
    policy: () => ({ targets: outside.policy(), attestation: policy.attestation }),
  });
  const targets = withSystemSteps(onHosts, { drivers, policy: outside.policy });
  let drawn = 0;
  const deps: ActivityDeps = {
    ledger,
    targets,
    attestor,
    hostAgent,
    policy: () => policy,
    alerted: (action) => roleAlerted(shippedPolicy, action),
    store,
    custodian: createCustodian({
      store,
      key,
      ledger,
      policy: () => policy,
      standing: () => UNTRIED,
    }),
    inventory: {
      read: async () => ({ version: 1, agents: {}, operators: {}, vaults: {}, own_networks: [] }),
    },
    baseline: { run: async () => [] },
    signalCounter: async () => undefined,
    exportIncident: async (id) => new TextEncoder().encode(`{"bundle of":"${id}"}`),
    verifySignalToken: () => ({ accepted: false, reason: 'bad_signature' }),
    random: () => new Uint8Array(32).fill((drawn += 1)),
    now,
  };
  let incidents = 0;

  return {
    home,
    deps,
    /** The policy in force, which a test may change. */
    policy,
    clock,
    /** An incident in the ledger that holds these, and the request that is about it. */
    incident: async (
      holds: PlannedAction[] = [IMPATIENT],
      reflexUntilMs = 0,
      subject?: Subject,
    ) => {
      incidents += 1;
      await ledger.log.admit(
        admission(incidents, { holds, reflexUntilMs, ...(subject && { subject }) }),
      );
      const request: ContainRequest = {
        incident_id: incidentId(incidents),
        class: 'prompt_injection',
        severity: 'high',
        reason: 'seen by a detector',
        subject: subject ?? {},
        actions: holds,
      };
      return request;
    },
    stop: async () => {
      await Promise.all([targets.close(), denyList.close(), attestor.close(), hostAgent.close()]);
      await range.stop();
      await ledger.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof world>>;
