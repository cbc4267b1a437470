import { z } from 'zod';
import { instantSchema, nameSchema } from './primitives.ts';

/** `unknown` never counts as recovered. */
export const CHECK_VERDICTS = ['pass', 'fail', 'unknown'] as const;

/** One comparison with the known-good baseline. */
export const checkResultSchema = z.strictObject({
  check: nameSchema,
  verdict: z.enum(CHECK_VERDICTS),
  /** One sentence for an operator: what was compared, and what differs. Never a secret. */
  detail: z.string().max(2_000),
  at: instantSchema,
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** What the checks are made for. */
export interface CheckedIncident {
  incident_id: string;
  class: string;
  subject: Record<string, string>;
  /** '' where it is not contained, or where the checks are made for no incident. */
  contained_at: string;
}

export interface BaselineChecks {
  /**
   * Compares the running state with the known-good one, in the order of the names. Never throws: whatever cannot be
   * compared is `unknown`, and says why.
   */
  run(names: readonly string[], about: CheckedIncident): Promise<CheckResult[]>;
}
