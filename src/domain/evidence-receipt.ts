import { z } from 'zod';
import { evidenceRefSchema } from './evidence.ts';
import { incidentIdSchema } from './primitives.ts';

/**
 * That evidence was kept: a signed manifest whose every object was read back from the store by its digest. Only
 * `receiptFor` makes one; whoever is given one from outside checks it again by its content.
 */
export const evidenceReceiptSchema = z
  .strictObject({
    incident_id: incidentIdSchema,
    snapshot_id: z.string().min(1),
    manifest: evidenceRefSchema,
    artifacts: z.int().min(1),
    gaps: z.int().nonnegative(),
  })
  .brand<'verified evidence'>();
export type EvidenceReceipt = z.infer<typeof evidenceReceiptSchema>;

/** What a destructive step takes: evidence that was kept, or the recorded decision to do without it. */
export type EvidenceGate = { receipt: EvidenceReceipt } | { without: string };
