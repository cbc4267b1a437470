import { z } from 'zod';
import { instantOrEmptySchema, instantSchema, nameSchema } from './primitives.ts';

const storeKindSchema = z.enum(['local-directory', 's3-object-lock']);
export type StoreKind = z.infer<typeof storeKindSchema>;

/** What was tried against one object that was kept like any evidence, and what came of it. */
export const storeVerdictSchema = z.strictObject({
  store: storeKindSchema,
  /** Whether everything that was tried was refused, and all that must be tried could be. */
  enforcing: z.boolean(),
  tried: z.array(
    z.strictObject({
      attempt: nameSchema,
      /** The store said no, and the object was read back unharmed. */
      refused: z.boolean(),
      detail: z.string(),
    }),
  ),
  not_tried: z.array(z.strictObject({ attempt: nameSchema, detail: z.string() })),
  at: instantSchema,
});
export type StoreVerdict = z.infer<typeof storeVerdictSchema>;

/** Where evidence was kept, and whether that store refused to let go of any: as last tried, '' before that. */
export const storeStandingSchema = z.strictObject({
  kind: storeKindSchema,
  enforcing: z.boolean(),
  checked_at: instantOrEmptySchema,
});
export type StoreStanding = z.infer<typeof storeStandingSchema>;
