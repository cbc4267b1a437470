import type { Foundation } from './foundation.ts';
import { startAlertKeeper } from './intake/alert-keeper.ts';
import { createCorroboration } from './intake/corroborate.ts';
import { DETECTOR_FAILURE } from './intake/detector-failure.ts';
import { startDetectorWatch } from './intake/detector-watch.ts';
import { createDetectors } from './intake/detectors.ts';
import type { Dispatcher } from './intake/dispatcher.ts';
import { matchByPolicy } from './intake/mapping/match-by-policy.ts';
import type { Principals } from './intake/principals.ts';
import { createShifts } from './intake/shifts.ts';
import { type AlertIntakeDeps, createAlertIntake } from './intake/take-alerts.ts';
import { keylimeWitness } from './keylime-witness.ts';
import { selfReporter } from './self-report.ts';
import { createDoor, type Door } from './shim/alerts/door.ts';
import { FORMATS } from './shim/alerts/formats.ts';

export interface DetectorDoor {
  door: Door;
  stop(): Promise<void>;
}

/** Where detectors come in: who they are, what becomes of what they send, and who watches them. */
export function openDetectorDoor(
  foundation: Foundation,
  principals: Principals,
  desk: Omit<AlertIntakeDeps, 'match' | 'shifts'> & {
    dispatcher: Pick<Dispatcher, 'isContaining'>;
  },
): DetectorDoor {
  const { config, ledger, policy, now, log } = foundation;
  const keeper = startAlertKeeper({ alerts: ledger.alerts, now, log });
  const watch = startDetectorWatch({
    ...{ alerts: ledger.alerts, now, log },
    expected: () => policy.current().reporters.reporters,
    report: selfReporter(foundation, DETECTOR_FAILURE),
  });
  const detectors = createDetectors({
    ...{ principals, policy: policy.current, home: config.CORDON_HOME, now, log },
  });
  const keylime = keylimeWitness(config);
  const witnesses = keylime === null ? [] : [keylime];
  const corroboration = createCorroboration({ witnesses, ledger, now, log });
  const shifts = createShifts(desk.dispatcher.isContaining);
  const intake = createAlertIntake({
    ...{ ...desk, shifts, match: matchByPolicy },
    opened: corroboration.opened,
  });
  const beyondRate = (source: string) => {
    log.warn({ source }, 'a detector sends more than it may');
    watch.beyondRate(source);
  };
  return {
    door: createDoor({
      ...{ intake, detectors, shifts, formats: FORMATS, now, beyondRate },
      refused: watch.refused,
    }),
    stop: async () => {
      await Promise.all([keeper.stop(), watch.stop(), corroboration.settle()]);
      await keylime?.close();
    },
  };
}
