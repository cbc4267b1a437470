import { z } from 'zod';
import type { Stats } from '../domain/ledger.ts';

/** GET /health: the members that the command reads; the server says more. */
export const healthSchema = z.looseObject({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  open_incidents: z.int(),
  total_incidents: z.int(),
  practice_range: z.boolean(),
  reasons: z.array(z.string()),
  /** The sequence of the last entry. */
  ledger: z.looseObject({ seq: z.int() }),
});
export type Health = z.infer<typeof healthSchema>;

/** GET /api/v1/stats: the six figures. */
export const statsSchema: z.ZodType<Stats> = z.object({
  total_incidents: z.int(),
  open_incidents: z.int(),
  contained_count: z.int(),
  resolved_count: z.int(),
  by_class: z.record(z.string(), z.int()),
  open_by_severity: z.record(z.string(), z.int()),
});
