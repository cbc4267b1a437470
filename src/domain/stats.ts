import { z } from 'zod';

/** The six figures over all incidents ever recorded. */
export const statsSchema = z.strictObject({
  total_incidents: z.int(),
  open_incidents: z.int(),
  contained_count: z.int(),
  resolved_count: z.int(),
  by_class: z.record(z.string(), z.int()),
  open_by_severity: z.record(z.string(), z.int()),
});
export type Stats = z.infer<typeof statsSchema>;
