import type { Captured } from '../src/domain/activities.ts';

/** What could not be captured is recorded, and delays nothing. */
export function gap(collector: string, reason: string): Captured {
  return { artifacts: [], gaps: [{ collector, reason }], reset_count: null, receipt: null };
}
