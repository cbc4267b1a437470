import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { SIGNALS, type ObserveSignal } from '../../domain/messages.ts';
import { engineUnavailable, isEngineUnavailable } from './unavailable.ts';

const SIGNAL_DEADLINE_MS = 3_000;

/** Tells an incident's workflow what a further alert of its cause has brought to light, where there is one that runs. */
export function createObserver(client: Client) {
  return async (incidentId: string, seen: ObserveSignal): Promise<'told' | 'no_workflow'> => {
    try {
      await client.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () =>
        client.workflow.getHandle(incidentId).signal<[ObserveSignal]>(SIGNALS.observe, seen),
      );
      return 'told';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'no_workflow';
      throw isEngineUnavailable(error) ? engineUnavailable(error) : error;
    }
  };
}
