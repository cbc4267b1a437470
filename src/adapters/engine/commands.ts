import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CommandResult, Commands } from '../../domain/commands.ts';
import { Fault } from '../../domain/fault.ts';
import { engineUnavailable, hasStatus, isEngineUnavailable } from './unavailable.ts';
import { UPDATES, type CommandAnswer, type PersonCommand } from '../../domain/messages.ts';

/** A caller without an engine is told so well within two seconds. */
const ACCEPT_DEADLINE_MS = 1_700;

/** An attestor allows itself half a minute, three times. */
const ANSWER_DEADLINE_MS = 120_000;

/** FAILED_PRECONDITION: a workflow that has lost several tasks, with their workers, takes no update until one is done. */
const TASKS_LOST = [9];

/** Carries commands as Updates: answered by the workflow, and exact under repeats by their id. */
export function createCommands(client: Client): Commands {
  return {
    send: (incidentId, command, person, requestId) =>
      update(client, incidentId, { name: UPDATES[command], argument: person, requestId }),
    order: (incidentId, order, requestId) =>
      update(client, incidentId, { name: UPDATES.order, argument: order, requestId }),
  };
}

async function update(
  client: Client,
  incidentId: string,
  { name, argument, requestId }: { name: string; argument: PersonCommand; requestId: string },
): Promise<CommandResult> {
  const handle = client.workflow.getHandle(incidentId);
  try {
    const accepted = client.withDeadline(Date.now() + ACCEPT_DEADLINE_MS, () =>
      handle.startUpdate<CommandAnswer, [PersonCommand]>(name, {
        args: [argument],
        updateId: requestId,
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      }),
    );
    const sent = await inTime(accepted);
    const done = await client.withDeadline(Date.now() + ANSWER_DEADLINE_MS, () => sent.result());
    return { done };
  } catch (error) {
    return refusalOf(error);
  }
}

/** A deadline is for each try of the library's, which goes on trying for seconds where no engine listens. */
async function inTime<T>(accepted: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(engineUnavailable(undefined)), ACCEPT_DEADLINE_MS);
  try {
    return await Promise.race([accepted, late]);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf(error: unknown): CommandResult {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message } = error.cause;
    return { refused: { code: type ?? 'refused', message } };
  }
  if (error instanceof WorkflowNotFoundError) {
    throw new Fault('not_found', 'The incident has no running workflow', {
      retryable: false,
      cause: error,
    });
  }
  if (mayPass(error)) throw engineUnavailable(error);
  throw error;
}

function mayPass(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  return isEngineUnavailable(error) || hasStatus(error, TASKS_LOST);
}
