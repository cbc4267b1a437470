import { z } from 'zod';

/** Over all incidents ever recorded. */
export const statsSchema = z.strictObject({
  total_incidents: z.int(),
  open_incidents: z.int(),
  contained_count: z.int(),
  resolved_count: z.int(),
  by_class: z.record(z.string(), z.int()),
  open_by_severity: z.record(z.string(), z.int()),
  /** How each clock has ended, by its name. */
  clocks: z
    .record(z.string(), z.strictObject({ met: z.int(), missed: z.int(), running: z.int() }))
    .default({}),
  /** Dismissals, by who reported: a format of alerts has one, '' otherwise. */
  false_positives: z
    .array(
      z.strictObject({
        source: z.string(),
        format: z.string(),
        class: z.string(),
        count: z.int(),
      }),
    )
    .default([]),
});
export type Stats = z.infer<typeof statsSchema>;
