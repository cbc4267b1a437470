import { z } from 'zod';
import { instantOrEmptySchema, sha256Schema } from './primitives.ts';

/** One object of the evidence of an incident, as the API shows it. */
export const keptEvidenceSchema = z.strictObject({
  sha256: sha256Schema,
  size: z.int(),
  media_type: z.string(),
  name: z.string().describe('What brought it, or what it is'),
  until: instantOrEmptySchema.describe('Until when it is kept; empty: for ever'),
  held: z.boolean().describe('Under legal hold, whatever its date says'),
  state: z.enum(['kept', 'marked', 'removing', 'removed']),
  marked_at: instantOrEmptySchema.describe('By the custody clock'),
  removed_at: instantOrEmptySchema.describe('By the custody clock'),
  tombstone: z.union([z.literal(''), sha256Schema]).describe('The digest of its tombstone'),
});
export type KeptEvidence = z.infer<typeof keptEvidenceSchema>;
