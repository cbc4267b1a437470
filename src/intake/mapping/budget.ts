/**
 * About half a microsecond each, so that one expression takes some tens of milliseconds whatever the alert holds, and
 * yet a list of ten thousand can be looked through.
 */
export const MOST_STEPS = 50_000;

/** For all expressions of all rules together: what one alert may take of the time of all others. */
export const MOST_STEPS_OF_ALERT = 10 * MOST_STEPS;

export const TOO_MANY = 'it takes too many steps';

/** Steps that are left. */
export interface Budget {
  left: number;
}

/** Of the evaluation that runs. There is one at a time: none waits for anything. */
let running: Budget = { left: 0 };

/** What `run` spends is taken off the budget. */
export function within<T>(budget: Budget, run: () => T): T {
  const granted = Math.min(MOST_STEPS, budget.left);
  running = { left: granted };
  try {
    return run();
  } finally {
    budget.left -= granted - Math.max(0, running.left);
  }
}

export function spend(steps: number): void {
  running.left -= steps;
  if (running.left < 0) throw new RangeError(TOO_MANY);
}

export function isSpent(): boolean {
  return running.left < 0;
}
