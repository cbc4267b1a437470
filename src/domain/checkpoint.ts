import { z } from 'zod';
import { instantSchema, sha256Schema } from './primitives.ts';

/** The head of the ledger at an instant. Signed and kept elsewhere, it shows a tail that was cut off since. */
export const checkpointSchema = z.strictObject({
  seq: z.int().min(1),
  hash: sha256Schema,
  at: instantSchema,
  entries_count: z.int().min(1),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
