import { proxyActivities } from '@temporalio/workflow';
import type { SweepActivities } from '../src/domain/sweeps.ts';

// A store or a ledger that is away for longer than this ends the run: the schedule begins another.

/** Exact by what the ledger says: a repeat finds nothing left to do. */
export const custody = proxyActivities<
  Pick<
    SweepActivities,
    | 'advanceClock'
    | 'unmarkKept'
    | 'markOverdue'
    | 'removeMarked'
    | 'shareOfToday'
    | 'retentionFinished'
    | 'verificationFinished'
  >
>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '30s',
  scheduleToCloseTimeout: '30m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** Reads alone, and reports under the same keys. As long as it takes to read what was captured. */
export const inspections = proxyActivities<
  Pick<SweepActivities, 'verifyLedger' | 'verifyTimes' | 'verifyObjects'>
>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '30s',
  scheduleToCloseTimeout: '4h',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});
