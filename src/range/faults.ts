import { z } from 'zod';

/**
 * `down`: the connection is cut. `slow`: done at once, answered after `ms`. `error_after_effect`:
 * done, then 500. `lying`: 200 and nothing done. `flapping`: every second request fails.
 * `refuse`: as for a wrong token.
 */
export const rangeFaultSchema = z.strictObject({
  fault: z.enum(['down', 'slow', 'error_after_effect', 'lying', 'flapping', 'refuse', 'none']),
  ms: z.int().min(0).max(600_000).default(1_000),
  /** How many requests it is for; absent: until it is changed. */
  count: z.int().positive().optional(),
});
export type RangeFault = z.infer<typeof rangeFaultSchema>;
export type RangeFaultOrder = z.input<typeof rangeFaultSchema>;

const NONE: RangeFault = { fault: 'none', ms: 0 };
/** Only doing can be lied about or fail afterwards. */
const FAULTS_OF_ACTING: readonly string[] = ['error_after_effect', 'lying'];

/** The fault that a stand-in was ordered to show. */
export interface FaultBox {
  set(fault: RangeFault): void;
  /** The fault to show for this request. */
  next(acting: boolean): RangeFault;
}

export function createFaultBox(): FaultBox {
  let current = NONE;
  let left = Infinity;
  let requests = 0;
  return {
    set: (fault) => {
      current = fault;
      left = fault.count ?? Infinity;
      requests = 0;
    },
    next: (acting) => {
      if (left === 0 || (FAULTS_OF_ACTING.includes(current.fault) && !acting)) return NONE;
      left -= 1;
      requests += 1;
      return current.fault === 'flapping' && requests % 2 === 0 ? NONE : current;
    },
  };
}
