import { z } from 'zod';

/** GET /health: the members that the command reads; the server says more. */
export const healthSchema = z.looseObject({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  open_incidents: z.int(),
  total_incidents: z.int(),
  practice_range: z.boolean(),
  reasons: z.array(z.string()),
  /** The sequence of the last entry. */
  ledger: z.looseObject({ seq: z.int() }),
  /** Absent from a server that does not try its store. */
  evidence: z.exactOptional(
    z.looseObject({
      kind: z.string(),
      enforcing: z.boolean(),
      /** '' until it was tried. */
      checked_at: z.string(),
      tried: z.array(z.looseObject({ attempt: z.string(), refused: z.boolean() })),
      not_tried: z.array(z.looseObject({ attempt: z.string() })),
    }),
  ),
});
export type Health = z.infer<typeof healthSchema>;
