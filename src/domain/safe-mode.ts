import { z } from 'zod';
import { incidentIdSchema, instantOrEmptySchema } from './primitives.ts';

/** Whether safe mode is on, in which no new work of agents is taken, and for which incidents. */
export const safeModeSchema = z.strictObject({
  on: z.boolean(),
  /** '' while it is off. */
  since: instantOrEmptySchema,
  /** The incidents that hold it: as long as there is one, nobody can leave it. */
  holders: z.array(incidentIdSchema),
});
export type SafeMode = z.infer<typeof safeModeSchema>;
