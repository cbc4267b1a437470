import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Activities } from '../src/domain/activities.ts';

// May a step be repeated? That decides its group; every group is safe under at-least-once for its own reason.

/** Exact by key in the ledger or in the counter, short, and without a step of their own in the history. */
export const noted = proxyLocalActivities<
  Pick<
    Activities,
    'record' | 'countOccurrence' | 'authenticateSignal' | 'seal' | 'newerIncident' | 'mayDestroy'
  >
>({
  startToCloseTimeout: '10s',
  // What lasts longer must not keep the workflow's task, and so what else it has to do, waiting.
  localRetryThreshold: '2s',
  retry: {
    initialInterval: '100ms',
    maximumInterval: '10s',
    nonRetryableErrorTypes: ['invalid_token', 'not_found'],
  },
});

/**
 * As exact, but with a step in the history: an update is lost with an engine that dies before it has an answer, and
 * what the ledger says of a person must not be lost to the workflow. The step is begun only after the engine has both.
 */
export const commanded = proxyActivities<Pick<Activities, 'record'>>({
  startToCloseTimeout: '10s',
  retry: {
    initialInterval: '100ms',
    maximumInterval: '10s',
    nonRetryableErrorTypes: ['not_found'],
  },
});

/**
 * One attempt within the workflow's own task, for what must not wait for the engine: the freeze, and what Cordon's own
 * ledger carries out. A task that is lost does it again under the same keys.
 */
export const atOnce = proxyLocalActivities<Pick<Activities, 'contain'>>({
  startToCloseTimeout: '65s',
  localRetryThreshold: '2s',
  retry: { initialInterval: '100ms', maximumInterval: '10s' },
});

/** One attempt whose failures are values: only the death of a worker repeats it, under the same keys. */
export const attempts = proxyActivities<Pick<Activities, 'contain' | 'destroy' | 'release'>>({
  startToCloseTimeout: '90s',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
});

/** Repeated until it is measured to be so, without end: idempotency keys make each repeat harmless. */
export const relentless = proxyActivities<Pick<Activities, 'enforce' | 'ensureReleased'>>({
  startToCloseTimeout: '90s',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
  // An attempt under way must have ended before anything is released.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Reads, and content-addressed writes: a repeat stores the same bytes under the same name. */
export const readings = proxyActivities<Pick<Activities, 'capture' | 'captureHost' | 'quote'>>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** An inventory that does not answer now is asked again by whoever wants to know. */
export const inventories = proxyActivities<Pick<Activities, 'reach'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '2s', maximumAttempts: 3 },
});

/** Reads only. A person waits: few attempts. */
export const comparisons = proxyActivities<Pick<Activities, 'checkBaseline'>>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '2s', maximumAttempts: 3 },
});

/** Each attempt makes a nonce of its own, so a repeat proves nothing less. A person waits: few attempts. */
export const proofs = proxyActivities<Pick<Activities, 'attest'>>({
  startToCloseTimeout: '45s',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '2s', maximumAttempts: 3 },
});
