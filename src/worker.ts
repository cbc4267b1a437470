import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, Worker, type NativeConnection } from '@temporalio/worker';
import type { ActivityDeps } from '../activities/deps.ts';
import { createActivities } from '../activities/index.ts';
import { createSweepActivities } from '../activities/sweep-activities.ts';
import type { SweepDeps } from '../activities/sweep-deps.ts';
import { createCounter } from './adapters/engine/counter.ts';
import { TASK_QUEUE } from './domain/messages.ts';
import { roleAlerted } from './domain/targets.ts';
import type { Foundation } from './foundation.ts';
import { selfReporter } from './self-report.ts';
import { keepSweepsScheduled } from './sweep-schedules.ts';
import { clientOn } from './temporal.ts';
import { configuredTimestampVerifier } from './timestamp-verifier.ts';
import { verifyWithCheckpoints } from './verify-ledger.ts';

/** A step under way may end by itself; targets are given less than this. */
const GRACE = '20s';
const FORCE = '30s';

/** A waiting incident is cheap to load again; memory stays flat however many wait. */
const MOST_CACHED = 300;

const WORKFLOWS = fileURLToPath(new URL('../workflows', import.meta.url));

export interface RunningWorker {
  /** Rejects when the worker fails. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Compiles the workflows as the sandbox will run them; the part of a start that takes a second. */
export function bundleWorkflows(): Promise<{ code: string }> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: QUIET });
}

/** Runs workflows and activities on the engine that the connection leads to. */
export async function startWorker(
  foundation: Foundation,
  connection: NativeConnection,
  workflowBundle: { code: string },
): Promise<RunningWorker> {
  const { config, ledger, machine, log } = foundation;
  const client = clientOn(connection, config);
  const verifyTimestamp = await configuredTimestampVerifier(config);
  // Before anything is captured: from here on the wall clock can no longer say what time it is.
  await ledger.custodyClock.advance(machine.readClocks());
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: TASK_QUEUE,
    workflowBundle,
    activities: {
      ...createActivities(incidentDeps(foundation, client)),
      ...createSweepActivities(sweepDeps(foundation, verifyTimestamp)),
    },
    maxCachedWorkflows: MOST_CACHED,
    shutdownGraceTime: GRACE,
    shutdownForceTime: FORCE,
  });
  const schedules = keepSweepsScheduled(client, log);
  const ended = worker.run();
  return {
    ended,
    stop: async () => {
      await schedules.stop();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

function incidentDeps(foundation: Foundation, client: Client): ActivityDeps {
  const { ledger, store, custodian, targets, attestor, hostAgent, policy, now } = foundation;
  const { inventory, baseline } = foundation;
  const since = new Date(now()).toISOString();
  const exporter = foundation.exporterFor(() => ({ connected: true, since }));
  return {
    ...{ ledger, store, custodian, targets, attestor, hostAgent, inventory, baseline, now },
    policy: policy.current,
    alerted: (action) => roleAlerted(policy.current().targets, action),
    signalCounter: createCounter(client),
    exportIncident: exporter.seal,
    verifySignalToken: foundation.signalTokens.verify,
    random: () => randomBytes(32),
  };
}

function sweepDeps(
  foundation: Foundation,
  verifyTimestamp: SweepDeps['verifyTimestamp'],
): SweepDeps {
  const { ledger, store, signingKey, machine, log, now } = foundation;
  return {
    ...{ ledger, store, signingKey, verifyTimestamp, log, now, ...machine },
    walkLedger: () => verifyWithCheckpoints({ ledger, store, key: signingKey.publicKey }),
    reportViolation: selfReporter(foundation, 'evidence_violation'),
  };
}

const QUIET = {
  log: () => {},
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (message: string) => process.stderr.write(`${message}\n`),
};
