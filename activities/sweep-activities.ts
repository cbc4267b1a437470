import type { SweepActivities } from '../src/domain/sweeps.ts';
import { markOverdue, removeMarked, unmarkKept } from './expire-evidence.ts';
import { withFaults } from './faults.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { shareOfToday, verifyLedger, verifyObjects } from './verify-evidence.ts';
import { verifyTimes } from './verify-times.ts';

/** The effects of the sweeps, over the given outside. */
export function createSweepActivities(deps: SweepDeps): SweepActivities {
  const { custodyClock, sweeps } = deps.ledger;
  return withFaults<SweepActivities>({
    advanceClock: async () => void (await custodyClock.advance(deps.readClocks())),
    unmarkKept: (page) => withHeartbeat(() => unmarkKept(deps, page)),
    markOverdue: (page) => withHeartbeat(() => markOverdue(deps, page)),
    removeMarked: (page) => withHeartbeat(() => removeMarked(deps, page)),
    verifyLedger: () => withHeartbeat(() => verifyLedger(deps)),
    verifyTimes: () => withHeartbeat(() => verifyTimes(deps)),
    shareOfToday: () => shareOfToday(deps),
    verifyObjects: (request) => withHeartbeat(() => verifyObjects(deps, request)),
    retentionFinished: (findings) => sweeps.finishedRetention(findings, deps.now()),
    verificationFinished: (findings) => sweeps.finishedVerification(findings, deps.now()),
  });
}
