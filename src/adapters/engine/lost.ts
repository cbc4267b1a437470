import type { Client } from '@temporalio/client';
import { SIGNALS, type LostSignal } from '../../domain/messages.ts';

const SIGNAL_DEADLINE_MS = 3_000;

/** Tells an incident's workflow that one of its actions is no longer in force. */
export function createLossTeller(client: Client) {
  return async (incidentId: string, loss: LostSignal): Promise<void> => {
    await client.withDeadline(Date.now() + SIGNAL_DEADLINE_MS, () =>
      client.workflow.getHandle(incidentId).signal<[LostSignal]>(SIGNALS.lost, loss),
    );
  };
}
