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

/** All that was compared at once, and what it comes to. */
export const baselineReportSchema = z.strictObject({
  /** '' where the checks were made for no incident. */
  incident_id: z.string(),
  verdict: z.enum(CHECK_VERDICTS),
  results: z.array(checkResultSchema),
});
export type BaselineReport = z.infer<typeof baselineReportSchema>;

/** The worst of them; of nothing, nothing is known. */
export function verdictOf(results: readonly CheckResult[]): CheckResult['verdict'] {
  const is = (wanted: CheckResult['verdict']) => results.some(({ verdict }) => verdict === wanted);
  if (is('fail')) return 'fail';
  return results.length === 0 || is('unknown') ? 'unknown' : 'pass';
}

/** What the checks are made for. */
export interface CheckedIncident {
  /** '' where they are made for none. */
  incident_id: string;
  class: string;
  subject: Record<string, string>;
  /** '' where it is not contained. */
  contained_at: string;
}

export interface BaselineChecks {
  /**
   * Compares the running state with the known-good one, in the order of the names. Never throws: whatever cannot be
   * compared is `unknown`, and says why.
   */
  run(names: readonly string[], about: CheckedIncident): Promise<CheckResult[]>;
}
