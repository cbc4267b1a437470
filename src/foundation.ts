import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createAttestors } from './adapters/attestor/attestors.ts';
import { createHostAgents } from './adapters/attestor/host-agents.ts';
import { createBaselineChecks } from './adapters/baseline/baseline-checks.ts';
import { createCustodian } from './adapters/custody/custodian.ts';
import { thisMachine } from './adapters/custody/machine.ts';
import { openLedger } from './adapters/ledger/ledger.ts';
import { startCanary } from './adapters/store/canary-watch.ts';
import { createCordonDriver } from './adapters/systems/cordon/cordon-driver.ts';
import { createGate } from './adapters/systems/cordon/gate.ts';
import { leaveSafeMode } from './adapters/systems/cordon/leave-safe-mode.ts';
import { createOnePasswordDriver } from './adapters/systems/onepassword/onepassword-driver.ts';
import { createDenyList } from './adapters/systems/opa/deny-list.ts';
import { createOpaDriver } from './adapters/systems/opa/opa-driver.ts';
import { createSpireDriver } from './adapters/systems/spire/spire-driver.ts';
import type { SystemDrivers } from './adapters/systems/system-driver.ts';
import { withHostSteps } from './adapters/targets/host-steps.ts';
import { withSystemSteps } from './adapters/targets/system-steps.ts';
import { createTargets } from './adapters/targets/targets.ts';
import type { Config } from './config.ts';
import { openEvidenceStore } from './evidence-store.ts';
import { generateSigningKeyPem, loadSigningKey } from './evidence/signing-key.ts';
import { createPolicyInForce, type PolicyInForce } from './intake/policy-in-force.ts';
import { readPolicy } from './intake/policy-files.ts';
import { readOrCreatePrivateFile } from './intake/private-file.ts';
import { openSignalTokens } from './intake/signal-token.ts';
import { mintToken } from './intake/token.ts';
import { openInventory } from './local-inventory.ts';
import { createExporter, type ExporterDeps } from './shim/export.ts';

/** What every process of Cordon stands on. */
export type Foundation = Awaited<ReturnType<typeof layFoundation>>;

/** Opens the ledger, the evidence store and the keys of one installation. */
export async function layFoundation(config: Config, log: Logger) {
  const home = config.CORDON_HOME;
  const now = Date.now;
  await mkdir(home, { recursive: true, mode: 0o700 });
  const ledger = await openLedgerOf(config, log);
  const store = await openEvidenceStore(config, log);
  const keyPem = await readOrCreatePrivateFile(
    join(home, 'keys', 'signing.pem'),
    generateSigningKeyPem,
  );
  const signingKey = loadSigningKey(keyPem);
  await writeFile(join(home, 'keys', 'signing.pub.pem'), signingKey.publicKey.pem);
  const serviceToken = await readOrCreatePrivateFile(config.SERVICE_TOKEN_PATH, mintToken);
  const policy = createPolicyInForce({
    load: () => readPolicy({ containmentPath: config.CONTAINMENT_POLICY_PATH }),
    store,
    ledger,
    now,
    log,
  });
  const outside = { policy: () => policy.current().targets, home, now };
  const attestor = createAttestors(outside);
  const hostAgent = createHostAgents({ policy: () => policy.current().attestation, home });
  const canary = startCanary({ trial: store.trial, now, log });
  const denyList = createDenyList({ home, now });
  const gate = createGate(outside);
  const systems: SystemDrivers = {
    cordon: createCordonDriver({ ...ledger, gate, now }),
    opa: createOpaDriver(denyList),
    onepassword: createOnePasswordDriver({ home, now }),
    spire: createSpireDriver({ home, now, denyList, befores: ledger.befores }),
  };
  const targets = withSystemSteps(
    withHostSteps(createTargets(outside), { agents: hostAgent, policy: policy.current }),
    { drivers: systems, policy: outside.policy },
  );
  const { source: inventory } = await openInventory(config);
  const baseline = createBaselineChecks({ policy: policy.current, home, inventory, now });
  const custodian = createCustodian({
    store,
    key: signingKey,
    ledger,
    policy: policy.current,
    standing: canary.standing,
  });
  const machine = await thisMachine(now);
  const signalTokens = await openSignalTokens(home, now);
  const keys = { serviceToken, signingKey };
  return {
    config,
    log,
    now,
    owner: `${process.pid}-${randomBytes(4).toString('hex')}`,
    ledger,
    store,
    canary,
    policy,
    signingKey,
    targets,
    attestor,
    hostAgent,
    custodian,
    inventory,
    baseline,
    machine,
    signalTokens,
    leaveSafeMode: (by: string) =>
      leaveSafeMode({ safeMode: ledger.safeMode, gate, policy: outside.policy, now }, by),
    exporterFor: (engineStatus: ExporterDeps['engineStatus']) =>
      createExporter({ ledger, policy, keys, now, engineStatus }),
    close: async () => {
      await Promise.all([targets.close(), attestor.close(), hostAgent.close()]);
      await Promise.all([inventory.close(), baseline.close()]);
      await Promise.all(Object.values(systems).map((driver) => driver.close()));
      await canary.stop();
      await store.close();
      await ledger.close();
    },
  };
}

export function openLedgerOf(config: Config, log: Logger) {
  return openLedger({
    url: config.DATABASE_URL,
    mirrorPath: config.AUDIT_LOG_PATH,
    log,
    ...(config.DATABASE_PASSWORD_FILE === ''
      ? {}
      : { passwordFile: config.DATABASE_PASSWORD_FILE }),
  });
}

/** How often a process looks whether another one has put a policy in force. */
const FOLLOW_EVERY_MS = 2_000;

/** Runs the policy that is in force, whichever process put it there. Resolves once there is one. */
export async function followPolicy(policy: PolicyInForce, log: Logger): Promise<{ stop(): void }> {
  await policy.follow();
  const timer = setInterval(() => {
    policy.follow().catch((error: unknown) => log.warn({ err: error }, 'no policy to follow'));
  }, FOLLOW_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
