import { z } from 'zod';
import { instantSchema, sha256Schema } from './primitives.ts';

/** One link of the audit chain. `hash` covers every other field, `prev_hash` among them. */
export const ledgerEntrySchema = z.strictObject({
  /** 1, 2, 3 … without a gap over the whole ledger. */
  seq: z.int().min(1),
  /** '' for an entry that is about no incident. */
  incident_id: z.string().max(128),
  /** Unique within the incident: a repeat of it is the same entry. */
  key: z.string().min(1).max(128),
  at: instantSchema,
  actor: z.string().min(1),
  type: z.string().min(1).max(64),
  body: z.record(z.string(), z.json()),
  prev_hash: sha256Schema,
  hash: sha256Schema,
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
