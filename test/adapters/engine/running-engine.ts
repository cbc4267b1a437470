import { Client, Connection } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { createActivities } from '../../../activities/index.ts';
import type { CommandResult } from '../../../src/domain/commands.ts';
import { Fault } from '../../../src/domain/fault.ts';
import type { Pending } from '../../../src/domain/ledger.ts';
import { TASK_QUEUE } from '../../../src/domain/messages.ts';
import { bootstrap } from '../../../src/engine/bootstrap.ts';
import { startDevServer } from '../../../src/engine/dev-server.ts';
import { connectNative } from '../../../src/temporal.ts';
import { readConfig } from '../../../src/config.ts';
import { ownPorts } from '../../support/own-ports.ts';
import { world } from '../../activities/world.ts';
import { admission, freeze, incidentId } from '../../support/admissions.ts';
import { eventually } from '../../support/eventually.ts';
import { quieten } from '../../support/quiet-runtime.ts';
import { quiet } from '../../intake/scratch.ts';

/** For `beforeAll`: the engine is there in seconds, on a busy machine in some more. */
export const STARTING_MS = 60_000;

/** The real engine, in front of a ledger, an evidence store and a practice range; its worker is the test's to run. */
export type RunningEngine = Awaited<ReturnType<typeof runningEngine>>;

export async function runningEngine() {
  quieten();
  const on = await world();
  const [port = 0, uiPort = 0] = await ownPorts(2);
  const command = inject('temporal');
  const server = await startDevServer({ home: on.home, port, uiPort, command, log: quiet });
  const { address } = server;
  const connection = await Connection.connect({ address });
  await bootstrap(connection, { namespace: 'cordon', retentionDays: 1 });
  const client = new Client({ connection, namespace: 'cordon' });
  let incidents = 0;
  const natives: NativeConnection[] = [];

  return {
    client,
    /** For a worker of the test's own; closed at the end. */
    native: async () => {
      const native = await connectNative(readConfig({ TEMPORAL_ADDRESS: address }));
      natives.push(native);
      return native;
    },
    ledger: on.deps.ledger,
    /** An incident in the ledger that freezes the agent of its own host, and is still to be started. */
    admitted: async (
      changed: Partial<Pending['input']> = {},
      latched = false,
    ): Promise<Pending> => {
      incidents += 1;
      const id = incidentId(incidents);
      const made = admission(incidents, { latched, holds: [freeze(id)] });
      await on.deps.ledger.log.admit(made);
      return { input: { ...made.input, subject: { host: id }, ...changed }, severity: 'high' };
    },
    /** While it runs, workflows go on. */
    whileWorking: async <T>(work: () => Promise<T>): Promise<T> => {
      const native = await connectNative(readConfig({ TEMPORAL_ADDRESS: address }));
      const worker = await Worker.create({
        connection: native,
        namespace: 'cordon',
        taskQueue: TASK_QUEUE,
        workflowBundle: { codePath: inject('workflowBundle') },
        activities: createActivities(on.deps),
      });
      const result = await worker.runUntil(work());
      await native.close();
      return result;
    },
    stop: async () => {
      for (const native of natives) await native.close();
      await connection.close();
      await server.stop();
      await on.stop();
    },
  };
}

/** Sends as callers are asked to: again where no answer came in time, as from a worker that has only just started. */
export function insist(send: () => Promise<CommandResult>): Promise<CommandResult | null> {
  const attempt = () =>
    send().catch((error: unknown) => {
      if (error instanceof Fault && error.retryable) return null;
      throw error;
    });
  return eventually(attempt, (answer) => answer !== null);
}
