import { z } from 'zod';
import { epochMs } from './instant.ts';
import { instantSchema } from './primitives.ts';

/** Until when the objects of one capture are kept, at least: memory, and everything else. */
export const retentionSchema = z.strictObject({
  until: instantSchema,
  memory_until: instantSchema,
});
export type Retention = z.infer<typeof retentionSchema>;

/** Until when what that collector brought is kept. */
export function dueAt({ until, memory_until }: Retention, collector: string): string {
  return collector === 'memory' ? memory_until : until;
}

/** The same in epoch ms; null where nobody has decided: for ever. */
export function dueOf(retention: Retention | null | undefined, collector: string): number | null {
  return retention ? epochMs(dueAt(retention, collector)) : null;
}

/** The later of two dates, of which null is later than any. */
export function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
