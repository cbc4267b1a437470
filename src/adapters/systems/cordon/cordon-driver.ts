import type { SystemDriver } from '../system-driver.ts';
import { disableOperator, readOperator, type OperatorStepDeps } from './operator-step.ts';
import { enterSafeMode, readSafeMode, type SafeModeStepDeps } from './safe-mode-step.ts';

/** What Cordon does to itself: `safe_mode`, in which agents get no new work, and `disable_operator`. */
export function createCordonDriver(
  deps: SafeModeStepDeps & OperatorStepDeps,
): SystemDriver<'cordon'> {
  return {
    act: async (call, wanted, signal) =>
      call.step === 'safe_mode'
        ? enterSafeMode(deps, call, wanted, signal)
        : disableOperator(deps, call, wanted),
    read: async (call, wanted, signal) =>
      call.step === 'safe_mode'
        ? readSafeMode(deps, call, wanted, signal)
        : readOperator(deps, call, wanted),
    close: () => deps.gate.close(),
  };
}
