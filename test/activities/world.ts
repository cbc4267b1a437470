import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActivityDeps } from '../../activities/deps.ts';
import { parse } from 'yaml';
import { createAttestors } from '../../src/adapters/attestor/attestors.ts';
import { createHostAgents } from '../../src/adapters/attestor/host-agents.ts';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { createTargets } from '../../src/adapters/targets/targets.ts';
import type { ContainRequest } from '../../src/domain/activities.ts';
import { attestationPolicySchema } from '../../src/domain/attestation-policy.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { startRange } from '../../src/range/range.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { FREEZE } from '../support/incidents.ts';
import { shippedTargets } from '../range/practice.ts';

const SHIPPED_ATTESTATION = join(SHIPPED_POLICY, 'attestation.yaml');

/** A target call may hang in a test, and is to be given up soon. */
export const IMPATIENT: PlannedAction = { ...FREEZE, timeout_ms: 400 };

/** Everything that the activities reach, for real: a ledger, an evidence store and the practice range. */
export async function world() {
  // Sockets below it must have short paths.
  const home = await mkdtemp(join(tmpdir(), 'a-'));
  const range = await startRange({ home, attestorPort: 0, integrityPort: 0 });
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  const clock = { ms: Date.now() };
  const outside = { policy: shippedTargets, home, now: () => clock.ms };
  const targets = createTargets(outside);
  const attestor = createAttestors(outside);
  const policy = {
    digest: 'a'.repeat(64),
    attestation: attestationPolicySchema.parse(parse(await readFile(SHIPPED_ATTESTATION, 'utf8'))),
  };
  const hostAgent = createHostAgents({ policy: () => policy.attestation, home });
  let drawn = 0;
  const deps: ActivityDeps = {
    ledger,
    targets,
    attestor,
    hostAgent,
    policy: () => policy,
    store: await openLocalDirectory({ root: join(home, 'evidence'), now: outside.now }),
    signalCounter: async () => undefined,
    exportIncident: async (id) => new TextEncoder().encode(`{"bundle of":"${id}"}`),
    verifySignalToken: () => ({ accepted: false, reason: 'bad_signature' }),
    random: () => new Uint8Array(32).fill((drawn += 1)),
    now: outside.now,
  };
  let incidents = 0;

  return {
    home,
    deps,
    /** The policy in force, which a test may change. */
    policy,
    clock,
    /** An incident in the ledger that holds these, and the request that is about it. */
    incident: async (holds: PlannedAction[] = [IMPATIENT], reflexUntilMs = 0) => {
      incidents += 1;
      await ledger.log.admit(admission(incidents, { holds, reflexUntilMs }));
      const request: ContainRequest = {
        incident_id: incidentId(incidents),
        class: 'prompt_injection',
        severity: 'high',
        reason: 'seen by a detector',
        subject: {},
        actions: holds,
      };
      return request;
    },
    stop: async () => {
      await Promise.all([targets.close(), attestor.close(), hostAgent.close()]);
      await range.stop();
      await ledger.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof world>>;
