import { z } from 'zod';
import { instantSchema, sha256Schema } from './primitives.ts';

/** That an object is removed because its time was over. Signed before it is, and kept for ever in its place. */
export const tombstoneSchema = z
  .strictObject({
    sha256: sha256Schema,
    size: z.int().nonnegative(),
    /** Until when it had to be kept: by every capture that has brought it, and with every extension. */
    until: instantSchema,
    /** By the custody clock, which is behind the true time and never ahead of it. */
    marked_at: instantSchema,
    /** Before this instant of the custody clock nothing is removed. */
    removable_at: instantSchema,
    reason: z.literal('retention_over'),
  })
  .refine(({ until, marked_at }) => until <= marked_at, 'it was marked before its time was over')
  .refine(({ marked_at, removable_at }) => marked_at < removable_at, 'it could go at once');
export type Tombstone = z.infer<typeof tombstoneSchema>;
