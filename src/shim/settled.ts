import type { Incident } from '../domain/incident-record.ts';
import type { ShimDeps } from './deps.ts';

/** Whether there is nothing left to wait for: the first verdict on the containment is in, or none is planned. */
export function isSettled(incident: Incident): boolean {
  return incident.state !== 'open' || !incident.auto_contain;
}

/**
 * The incident once its containment has settled, or as it is after `patienceMs`, or when nobody waits any more.
 * Woken by the ledger's tail, so that many who wait cost one poll.
 */
export async function settled(
  { ledger, tail }: Pick<ShimDeps, 'ledger' | 'tail'>,
  incident: Incident,
  patienceMs: number,
  gone: AbortSignal,
): Promise<Incident> {
  const over = AbortSignal.any([gone, tail.stopped, AbortSignal.timeout(patienceMs)]);
  let latest = incident;
  let wake = Promise.withResolvers<void>();
  const look = () => wake.resolve();
  const leave = tail.onMore(look);
  over.addEventListener('abort', look);
  // What came before we were listening is announced to nobody again.
  look();
  try {
    while (!isSettled(latest) && !over.aborted) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      latest = (await ledger.register.incident(incident.id)) ?? latest;
    }
    return latest;
  } finally {
    leave();
    over.removeEventListener('abort', look);
  }
}
