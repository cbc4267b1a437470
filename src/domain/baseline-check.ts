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
